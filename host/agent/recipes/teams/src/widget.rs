//! Names, a number, and the teams.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="add">
  <label for="name">Name</label>
  <div class="row"><input id="name" maxlength="40" required autocomplete="off"><button type="submit">⟦Add|Hinzufügen⟧</button></div>
</form>
<ul id="names" aria-label="⟦Names|Namen⟧"></ul>
<form id="split">
  <label for="number" id="what">⟦Number of teams|Anzahl der Teams⟧</label>
  <div class="row"><input id="number" type="number" min="1" max="100" required><button type="submit" class="primary">⟦Split by chance|Auslosen⟧</button></div>
</form>
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<ol id="teams" aria-label="Teams"></ol>
<style>
  .row { display: flex; gap: var(--space-2); }
  .row input { flex: 1; min-width: 0; }
  #names { list-style: none; display: flex; flex-wrap: wrap; gap: var(--space-1); margin: var(--space-2) 0; padding: 0; }
  #names button { min-height: var(--target-min); overflow-wrap: anywhere; }
  #teams { padding-inline-start: var(--space-5); overflow-wrap: anywhere; }
  #status:empty { display: none; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const post = (path, body) =>
    kandra.fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
  let given = false;

  function render({ names, teams, number, by_size }) {
    if (!given) $("number").value = number;
    given = true;
    $("what").textContent = by_size ? "⟦People in each team|Personen je Team⟧" : "⟦Number of teams|Anzahl der Teams⟧";
    $("names").replaceChildren(...names.map((name) => {
      const item = document.createElement("li");
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: `${name} ×` });
      button.setAttribute("aria-label", `${name} ×: ⟦take out|herausnehmen⟧`);
      button.addEventListener("click", () =>
        kandra.fetch(`/names/${encodeURIComponent(name)}`, { method: "DELETE" }).then(refresh).catch((error) => say(error.message)));
      item.append(button);
      return item;
    }));
    $("teams").replaceChildren(...teams.map((team) => Object.assign(document.createElement("li"), { textContent: team.join(", ") })));
    say(names.length === 0 ? "⟦Nobody is in yet. Add the first name.|Noch ist niemand dabei. Trag den ersten Namen ein.⟧" : "");
  }

  function refresh() {
    return kandra.fetch("/").then(render).catch((error) => say(error.message));
  }

  $("add").addEventListener("submit", (event) => {
    event.preventDefault();
    post("/names", { name: $("name").value }).then(() => { $("add").reset(); return refresh(); }).catch((error) => say(error.message));
  });
  $("split").addEventListener("submit", (event) => {
    event.preventDefault();
    post("/split", { number: $("number").valueAsNumber }).then(refresh).catch((error) => say(error.message));
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
