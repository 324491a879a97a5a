//! A line to type into, and a check box for each thing.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="add">
  <label id="label" for="text">⟦Add to the list|Auf die Liste⟧</label>
  <div class="row">
    <input id="text" maxlength="120" required autocomplete="off">
    <button type="submit">⟦Add|Hinzufügen⟧</button>
  </div>
</form>
<ul id="items"></ul>
<button id="clear" type="button" class="quiet" hidden>⟦Clear what is ticked|Abgehaktes löschen⟧</button>
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<style>
  .row { display: flex; gap: var(--space-2); }
  .row input { flex: 1; min-width: 0; }
  ul { list-style: none; margin: var(--space-3) 0; padding: 0; }
  li { display: flex; align-items: flex-start; gap: var(--space-2); border-bottom: var(--border-width-regular) solid var(--color-border-secondary); }
  li label { flex: 1; display: flex; align-items: center; gap: var(--space-2); min-height: var(--target-min); overflow-wrap: anywhere; }
  li input:checked + span { text-decoration: line-through; color: var(--color-text-secondary); }
  #status { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const change = (path, init) => kandra.fetch(path, init).then(refresh).catch((error) => say(error.message));

  function line({ id, text, done }) {
    const item = document.createElement("li");
    const label = document.createElement("label");
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: done });
    const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
    remove.setAttribute("aria-label", `⟦Remove|Entfernen:⟧ ${text}`);
    box.id = `done-${id}`;
    remove.id = `remove-${id}`;
    box.addEventListener("change", () => change(`/items/${id}/toggle`, { method: "POST" }));
    remove.addEventListener("click", () => change(`/items/${id}`, { method: "DELETE" }));
    label.append(box, Object.assign(document.createElement("span"), { textContent: text }));
    item.append(label, remove);
    return item;
  }

  function render({ thing, items }) {
    const focused = document.activeElement?.id;
    $("label").textContent = `⟦Add a|Neu:⟧ ${thing}`;
    $("items").replaceChildren(...items.map(line));
    if (focused) $(focused)?.focus();
    $("clear").hidden = !items.some(({ done }) => done);
    const open = items.filter(({ done }) => !done).length;
    say(items.length === 0 ? "⟦The list is empty.|Die Liste ist leer.⟧" : open === 0 ? "⟦All done!|Alles erledigt!⟧" : `${open} ⟦of|von⟧ ${items.length} ⟦left|offen⟧`);
  }

  function refresh() {
    return kandra.fetch("/").then(render).catch((error) => say(error.message));
  }

  $("clear").addEventListener("click", () => change("/clear", { method: "POST" }));
  $("add").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const body = JSON.stringify({ text: $("text").value });
      await kandra.fetch("/items", { method: "POST", headers: { "Content-Type": "application/json" }, body });
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
