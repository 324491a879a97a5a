//! One button an option, with a bar that grows. The results come with the event itself, at once.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<div role="group" aria-labelledby="question">
  <h2 id="question">…</h2>
  <div id="options" class="stack"></div>
</div>
<p id="total" role="status"></p>
<p id="problem" role="alert"></p>
<style>
  #question { font-size: var(--font-heading-sm-size); line-height: var(--font-heading-sm-line-height); }
  #options { gap: var(--space-2); margin-block-end: var(--space-3); }
  .option { display: grid; grid-template-columns: 1fr auto; gap: 0 var(--space-3); padding-block: var(--space-2); text-align: start; font-weight: var(--font-weight-normal); }
  .option[aria-pressed="true"] .name { font-weight: var(--font-weight-semibold); }
  .option[aria-pressed="true"] .name::after { content: " ✓"; color: var(--color-accent); }
  .name { overflow-wrap: anywhere; }
  .share { color: var(--color-text-secondary); font-variant-numeric: tabular-nums; }
  .bar { grid-column: 1 / -1; block-size: var(--space-2); margin-block-start: var(--space-1); border-radius: var(--border-radius-full); background: var(--color-background-tertiary); overflow: hidden; }
  .bar::before { content: ""; display: block; block-size: 100%; inline-size: var(--share, 0%); border-radius: inherit; background: var(--bar); transition: inline-size 400ms ease-out; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const element = (name, className) => Object.assign(document.createElement(name), { className });
  const tell = (error) => { $("problem").textContent = error.message; };
  let shown = -1;
  let mine = null;

  function button(option) {
    const button = element("button", "option"), bar = element("span", "bar");
    button.type = "button";
    bar.style.setProperty("--bar", `var(--chart-${(option % 6) + 1})`);
    button.append(element("span", "name"), element("span", "share"), bar);
    button.addEventListener("click", () => kandra.fetch("/vote", { method: "POST", body: { option } }).then(render).catch(tell));
    return button;
  }

  function render(results) {
    if ("mine" in results) mine = results.mine;
    // An event may be overtaken by a later one.
    if (results.turn >= shown) {
      shown = results.turn;
      const list = $("options");
      $("question").textContent = results.question;
      while (list.children.length < results.options.length) list.append(button(list.children.length));
      results.options.forEach(({ name, votes }, option) => {
        const [label, share, bar] = list.children[option].children;
        const percent = results.total ? Math.round((100 * votes) / results.total) : 0;
        label.textContent = name;
        share.textContent = `${votes} · ${percent} %`;
        bar.style.setProperty("--share", `${percent}%`);
      });
      $("total").textContent = results.total === 1 ? "1 vote" : `${results.total} votes`;
    }
    [...$("options").children].forEach((button, option) => button.setAttribute("aria-pressed", String(option === mine)));
    $("problem").textContent = "";
  }

  const refresh = () => kandra.fetch("/").then(render).catch(tell);
  kandra.events("results", render);
  // Comes after a lost connection, too: what was published meanwhile is asked for.
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
