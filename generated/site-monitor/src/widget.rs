//! One row for each site: its state in words, its last looks as bars.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<ul id="sites" aria-label="Sites"></ul>
<p id="note" class="muted" role="status">…</p>
<style>
  #sites { list-style: none; padding: 0; margin: 0; display: grid; gap: var(--space-3); }
  #sites li { display: grid; grid-template-columns: 1fr auto; gap: var(--space-1) var(--space-2); margin: 0; }
  #sites strong { overflow-wrap: anywhere; }
  .state { padding: 0 var(--space-2); border-radius: var(--border-radius-full); background: var(--color-background-secondary); color: var(--color-text-secondary); }
  .state.up { background: var(--color-background-success); color: var(--color-text-success); }
  .state.down { background: var(--color-background-danger); color: var(--color-text-danger); }
  .bars { grid-column: 1 / -1; display: flex; align-items: end; gap: 2px; block-size: 1.75rem; }
  .bars i { flex: 0 1 0.6rem; min-block-size: 3px; border-radius: 2px; background: var(--chart-1); }
  .bars i.down { background: var(--color-text-danger); block-size: 100%; }
  .bars i.asleep { background: var(--color-border-secondary); }
</style>
<script>
  const WORDS = { waiting: "not looked at yet", asleep: "not allowed yet", up: "up", down: "down" };
  const $ = (id) => document.getElementById(id);
  const element = (name, text, className = "") => Object.assign(document.createElement(name), { textContent: text, className });

  function row({ name, state, up_percent, looks }) {
    const item = document.createElement("li"), last = looks.at(-1);
    const words = state === "up" ? `up, ${last.millis} ms` : WORDS[state];
    item.append(element("strong", name), element("span", words, `state ${state}`));
    const slowest = Math.max(1, ...looks.map((look) => look.millis));
    const bars = element("div", "", "bars");
    bars.setAttribute("role", "img");
    bars.setAttribute("aria-label", up_percent === null ? "Nothing is known yet" : `Up in ${up_percent} % of the last ${looks.length} looks`);
    for (const look of looks) {
      const up = look.status !== null && look.status < 400;
      const bar = element("i", "", look.asleep ? "asleep" : up ? "up" : "down");
      if (up) bar.style.blockSize = `${Math.max(8, (look.millis / slowest) * 100)}%`;
      bars.append(bar);
    }
    item.append(bars);
    return item;
  }

  function render({ sites, every }) {
    $("sites").replaceChildren(...sites.map(row));
    const asleep = sites.some(({ state }) => state === "asleep");
    const at = Math.max(0, ...sites.flatMap(({ looks }) => looks.map((look) => look.at)));
    $("note").textContent = asleep
      ? "The owner of this server has not allowed these calls yet."
      : at === 0 ? `The first look comes within ${every / 60} minutes.`
      : `Last look at ${new Date(at).toLocaleTimeString(kandra.locale)}, every ${every / 60} minutes.`;
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => { $("note").textContent = error.message; });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
