//! One line a place, with a field where it is free.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<ul id="slots"></ul>
<style>
  ul { list-style: none; margin: 0; padding: 0; }
  #slots > li { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--space-1); border-top: var(--border-width-regular) solid var(--color-border-secondary); padding: var(--space-2) 0; }
  li b { overflow-wrap: anywhere; }
  li p { display: flex; justify-content: space-between; align-items: center; gap: var(--space-2); margin: 0; overflow-wrap: anywhere; }
  form { display: flex; flex-wrap: wrap; gap: var(--space-2); }
  form input { flex: 1 1 8rem; min-width: 0; }
  #status:empty { display: none; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const post = (path, body) =>
    kandra.fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
  const rows = [];

  function row(slot, name, label) {
    const item = document.createElement("li");
    const names = document.createElement("div");
    const form = document.createElement("form");
    const field = Object.assign(document.createElement("input"), { maxLength: 60, required: true, autocomplete: "off", placeholder: label });
    field.setAttribute("aria-label", `${name}: ${label}`);
    const button = Object.assign(document.createElement("button"), { type: "submit", textContent: "⟦Enter|Eintragen⟧" });
    button.setAttribute("aria-label", `⟦Enter for|Eintragen für⟧ ${name}`);
    form.append(field, button);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        await post(`/slots/${slot}`, { text: field.value });
        form.reset();
        await refresh();
      } catch (error) {
        say(error.message);
      }
    });
    item.append(Object.assign(document.createElement("b"), { textContent: name }), names, form);
    $("slots").append(item);
    return { names, form };
  }

  function render({ slots, label }) {
    slots.forEach(({ name, taken, full }, slot) => {
      rows[slot] ??= row(slot, name, label);
      rows[slot].form.hidden = full;
      rows[slot].form.style.display = full ? "none" : "";
      rows[slot].names.replaceChildren(...taken.map(({ place, text }) => {
        const line = Object.assign(document.createElement("p"), { textContent: text });
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
        button.setAttribute("aria-label", `⟦Take out|Austragen:⟧ ${text}, ${name}`);
        button.addEventListener("click", () =>
          kandra.fetch(`/slots/${slot}/${place}`, { method: "DELETE" }).then(refresh).catch((error) => say(error.message)));
        line.append(button);
        return line;
      }));
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
