//! One button a reaction.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<p id="question">⟦Loading…|Lädt…⟧</p>
<div id="reactions" role="group" aria-labelledby="question"></div>
<p id="status" role="status"></p>
<style>
  #question { text-align: center; overflow-wrap: anywhere; }
  #reactions { display: flex; flex-wrap: wrap; justify-content: center; gap: var(--space-2); }
  #reactions button {
    display: grid; justify-items: center; min-width: 3.5rem; min-height: var(--target-min); color: var(--color-text-primary);
    background: var(--color-background-secondary); border: var(--border-width-regular) solid var(--color-border-primary);
  }
  #reactions button[aria-pressed="true"] { border-color: var(--color-accent); background: var(--color-background-info); }
  #reactions b { font-size: var(--font-heading-md-size); font-weight: var(--font-weight-normal); overflow-wrap: anywhere; }
  #reactions span { font-variant-numeric: tabular-nums; }
  #status:empty { display: none; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };

  function react(index) {
    const body = JSON.stringify({ index });
    return kandra.fetch("/react", { method: "POST", headers: { "Content-Type": "application/json" }, body })
      .then(refresh).catch((error) => say(error.message));
  }

  function render({ question, reactions }) {
    $("question").textContent = question;
    const row = $("reactions");
    while (row.children.length < reactions.length) {
      const index = row.children.length;
      const button = Object.assign(document.createElement("button"), { type: "button" });
      button.append(document.createElement("b"), document.createElement("span"));
      button.addEventListener("click", () => react(index));
      row.append(button);
    }
    reactions.forEach(({ reaction, count, mine }, i) => {
      const button = row.children[i];
      button.children[0].textContent = reaction;
      button.children[1].textContent = count;
      button.setAttribute("aria-pressed", String(mine));
    });
    say("");
  }

  function refresh() {
    return kandra.fetch("/").then(render).catch((error) => say(error.message));
  }

  kandra.events("changed", refresh);
  refresh();
</script>
"##;
