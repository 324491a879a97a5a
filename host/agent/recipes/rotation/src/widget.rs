//! The turn that is now, and those that come.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<div id="turns"></div>
<style>
  section { border-top: var(--border-width-regular) solid var(--color-border-secondary); padding: var(--space-2) 0; }
  section:first-child { border: 0; font-weight: var(--font-weight-medium); }
  h3, dl { margin: 0; }
  dl div { display: flex; justify-content: space-between; gap: var(--space-3); }
  dt, dd { min-width: 0; overflow-wrap: anywhere; }
  dd { margin: 0; text-align: end; }
  #status:empty { display: none; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const make = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
  const date = (at) => new Date(at).toLocaleDateString(undefined, { day: "numeric", month: "short", weekday: "short", timeZone: "UTC" });

  function render({ days, turns }) {
    $("turns").replaceChildren(...turns.map(({ from, to, duties }, i) => {
      const section = document.createElement("section");
      const list = document.createElement("dl");
      list.append(...duties.map(({ task, person }) => {
        const line = document.createElement("div");
        line.append(make("dt", task), make("dd", person));
        return line;
      }));
      const span = days === 1 ? date(from) : `${date(from)} – ${date(to)}`;
      section.append(make("h3", i === 0 ? `⟦Now|Jetzt⟧: ${span}` : span), list);
      return section;
    }));
    say("");
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));
  setInterval(refresh, 600000);
  refresh();
</script>
"##;
