//! One button an option; the fill shows its share of the votes.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<div role="group" aria-labelledby="question">
  <p id="question">⟦Loading…|Lädt…⟧</p>
  <div id="options"></div>
</div>
<form id="add" hidden>
  <label for="name">⟦Another option|Weitere Möglichkeit⟧</label>
  <div class="row">
    <input id="name" maxlength="60" required autocomplete="off">
    <button type="submit">⟦Add|Hinzufügen⟧</button>
  </div>
</form>
<p id="status" role="status"></p>
<style>
  #question { font-weight: var(--font-weight-medium); overflow-wrap: anywhere; }
  #options { display: grid; gap: var(--space-2); }
  .option {
    display: flex; justify-content: space-between; gap: var(--space-3); text-align: start; min-height: var(--target-min);
    color: var(--color-text-primary); border: var(--border-width-regular) solid var(--color-border-primary);
    background: linear-gradient(var(--color-background-info), var(--color-background-info)) 0 / var(--share, 0%) 100% no-repeat
      var(--color-background-secondary);
  }
  .option[aria-pressed="true"] { border-color: var(--color-accent); font-weight: var(--font-weight-medium); }
  .option span:first-child { overflow-wrap: anywhere; }
  .option span:last-child { font-variant-numeric: tabular-nums; }
  .row { display: flex; gap: var(--space-2); }
  .row input { flex: 1; min-width: 0; }
  #add { margin-top: var(--space-3); }
  #status { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const send = (path, body) =>
    kandra.fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

  function render({ question, options, total, all, open, several, daily }) {
    $("question").textContent = question;
    const list = $("options");
    while (list.children.length < options.length) {
      const option = list.children.length;
      const button = Object.assign(document.createElement("button"), { type: "button", className: "option" });
      button.append(document.createElement("span"), document.createElement("span"));
      button.addEventListener("click", () => send("/vote", { option }).then(render).catch((error) => say(error.message)));
      list.append(button);
    }
    options.forEach(({ name, votes }, i) => {
      const share = total ? Math.round((100 * votes) / total) : 0;
      const button = list.children[i];
      button.style.setProperty("--share", `${share}%`);
      button.setAttribute("aria-pressed", String(all.includes(i)));
      button.children[0].textContent = name;
      button.children[1].textContent = `${votes} · ${share}%`;
    });
    $("add").hidden = !open;
    say(options.length === 0 ? "⟦No options yet: add the first.|Noch keine Möglichkeit: füge die erste hinzu.⟧"
      : (total === 1 ? "⟦1 vote|1 Stimme⟧" : `${total} ⟦votes|Stimmen⟧`) + (several ? "⟦; you may choose several|; du kannst mehrere wählen⟧" : "")
        + (daily ? "⟦; votes start anew each day at midnight UTC|; jeden Tag um Mitternacht UTC beginnt es neu⟧" : ""));
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));

  $("add").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      render(await send("/options", { name: $("name").value }));
      $("add").reset();
    } catch (error) {
      say(error.message);
    }
  });
  setInterval(refresh, 300000);
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
