//! The order, whose turn it is, and a form.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<ol id="names"></ol>
<div class="row">
  <button id="next" type="button" class="primary">⟦Next turn|Nächster Zug⟧</button>
  <button id="clear" type="button" class="quiet">⟦Clear all|Alle löschen⟧</button>
</div>
<form id="add">
  <label>Name<input id="name" maxlength="40" required autocomplete="off"></label>
  <label>⟦Initiative|Initiative⟧<input id="number" type="number" min="-99" max="999" required></label>
  <button type="submit">⟦Add|Hinzufügen⟧</button>
</form>
<style>
  form { display: flex; flex-wrap: wrap; align-items: end; gap: var(--space-2); }
  form label { display: grid; gap: var(--space-1); flex: 1 1 7rem; min-width: 0; }
  form input, form select { width: 100%; min-width: 0; box-sizing: border-box; }
  #status { color: var(--color-text-secondary); }
  #status:empty { display: none; }
  #names { list-style: none; margin: var(--space-2) 0; padding: 0; }
  #names li { display: flex; align-items: center; gap: var(--space-2); padding: var(--space-1) var(--space-2); border-bottom: var(--border-width-regular) solid var(--color-border-secondary); }
  #names li[aria-current] { background: var(--color-background-info); font-weight: var(--font-weight-bold); }
  #names b { min-width: 2.5rem; text-align: end; font-variant-numeric: tabular-nums; }
  #names span { flex: 1; min-width: 0; overflow-wrap: anywhere; }
  .row { display: flex; flex-wrap: wrap; gap: var(--space-2); margin-bottom: var(--space-3); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const send = (path, body, method = "POST") =>
    kandra.fetch(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
  function render({ names, turn, round }) {
    const current = names.find(({ id }) => id === turn);
    $("names").replaceChildren(...names.map(({ id, name, number }) => {
      const line = document.createElement("li");
      if (id === turn) line.setAttribute("aria-current", "true");
      const remove = make("button", { type: "button", textContent: "×" });
      remove.setAttribute("aria-label", `⟦Remove|Entfernen:⟧ ${name}`);
      remove.addEventListener("click", () => send(`/names/${id}`, {}, "DELETE").then(render).catch((error) => say(error.message)));
      line.append(make("b", { textContent: number }), make("span", { textContent: name }), remove);
      return line;
    }));
    $("next").disabled = names.length === 0;
    say(names.length === 0 ? "⟦Nobody is in yet.|Noch ist niemand dabei.⟧"
      : current ? `⟦Round|Runde⟧ ${round}: ${current.name}` : "⟦Press “Next turn” to begin.|Mit „Nächster Zug“ geht es los.⟧");
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));
  $("next").addEventListener("click", () => send("/next").then(render).catch((error) => say(error.message)));
  $("clear").addEventListener("click", () => send("/clear").then(render).catch((error) => say(error.message)));
  $("add").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      render(await send("/names", { name: $("name").value, number: $("number").valueAsNumber }));
      $("add").reset();
      $("name").focus();
    } catch (error) {
      say(error.message);
    }
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
