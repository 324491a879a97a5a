//! A button, the last pick large, those before it small.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<div class="picker">
  <p id="question"></p>
  <p id="picked" role="status">⟦Loading…|Lädt…⟧</p>
  <button id="pick" type="button" class="primary">⟦Pick one|Eins ziehen⟧</button>
  <p id="before"></p>
  <p id="tally"></p>
  <p id="left"></p>
</div>
<form id="add" hidden>
  <label for="option">⟦Add a name or thing|Name oder Sache hinzufügen⟧</label>
  <div class="row">
    <input id="option" maxlength="60" required autocomplete="off">
    <button type="submit">⟦Add|Hinzufügen⟧</button>
  </div>
</form>
<p id="all"></p>
<details id="edit" hidden>
  <summary>⟦Change what can be picked|Auswahl ändern⟧</summary>
  <form id="form">
    <label for="options">⟦One on each line|Eins in jeder Zeile⟧</label>
    <textarea id="options" rows="5"></textarea>
    <button type="submit">⟦Save|Sichern⟧</button>
  </form>
</details>
<style>
  .picker { display: grid; justify-items: center; gap: var(--space-2); text-align: center; }
  .picker p { margin: 0; overflow-wrap: anywhere; }
  #picked { font-size: var(--font-heading-md-size); font-weight: var(--font-weight-bold); min-height: 1.5em; }
  .row { display: flex; gap: var(--space-2); width: 100%; }
  .row input { flex: 1; min-width: 0; }
  form[hidden] { display: none; }
  #all { overflow-wrap: anywhere; color: var(--color-text-secondary); }
  #tally { font-variant-numeric: tabular-nums; }
  #before { color: var(--color-text-secondary); }
  summary { min-height: var(--target-min); }
  form { display: grid; gap: var(--space-1); justify-items: start; }
  textarea { width: 100%; box-sizing: border-box; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("picked").textContent = text; };

  function render({ question, options, picks, open, tally, once, left }) {
    $("question").textContent = question;
    say(picks[0] ?? (options.length ? options.join(" · ") : "⟦Nothing to pick from yet.|Noch steht nichts zur Auswahl.⟧"));
    $("before").textContent = picks.length > 1 ? `⟦Before|Vorher⟧: ${picks.slice(1).join(", ")}` : "";
    $("edit").hidden = !open;
    $("add").hidden = !open;
    $("all").textContent = open && options.length ? `${options.length} ⟦to pick from|zur Auswahl⟧: ${options.join(", ")}` : "";
    $("tally").textContent = tally.map(({ option, times }) => `${option}: ${times}`).join(" · ");
    $("left").textContent = !once || !options.length ? ""
      : left.length ? `⟦Still to come|Noch nicht dran⟧ (${left.length}): ${left.join(", ")}` : "⟦All have had a turn; a new round begins.|Alle waren dran; eine neue Runde beginnt.⟧";
    if (document.activeElement !== $("options")) $("options").value = options.join("\n");
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));

  $("pick").addEventListener("click", () =>
    kandra.fetch("/pick", { method: "POST" }).then(refresh).catch((error) => say(error.message)));
  $("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = JSON.stringify({ options: $("options").value.split("\n") });
    try {
      await kandra.fetch("/options", { method: "PUT", headers: { "Content-Type": "application/json" }, body });
      $("edit").open = false;
      await refresh();
    } catch (error) {
      say(error.message);
    }
  });
  $("add").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await kandra.fetch("/options", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ option: $("option").value }) });
      $("add").reset();
      await refresh();
    } catch (error) {
      say(error.message);
    }
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
