//! The week as a table of boxes.
use crate::THING;
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET.replace("[thing]", &escape(THING)))
}

const WIDGET: &str = r##"
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<div class="scroll" tabindex="0" role="region" aria-label="⟦This week|Diese Woche⟧"><table>
  <thead><tr id="head"><th scope="col">[thing]</th></tr></thead><tbody id="rows"></tbody>
</table></div>
<form id="form"><label for="name">[thing]</label> <input id="name" maxlength="60" required> <button type="submit">⟦Add|Dazu⟧</button></form>
<style>
  .scroll { overflow-x: auto; }
  th { text-align: start; font-weight: var(--font-weight-medium); overflow-wrap: anywhere; }
  td, thead th:not(:first-child) { text-align: center; }
  th.today { text-decoration: underline; }
  td input { min-width: var(--target-min); min-height: var(--target-min); }
  form { display: flex; flex-wrap: wrap; gap: var(--space-2); align-items: center; margin-top: var(--space-2); }
  form input { flex: 1; min-width: 6em; }
  #status { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const names = "⟦Mo Tu We Th Fr Sa Su|Mo Di Mi Do Fr Sa So⟧".split(" ");
  $("head").append(...[...names, "🔥"].map((name, i) => {
    const head = Object.assign(document.createElement("th"), { scope: "col", textContent: name, id: `day-${i}` });
    if (name === "🔥") head.setAttribute("aria-label", "⟦Days in a row|Tage in Folge⟧");
    return head;
  }), document.createElement("td"));

  async function send(path, method, body) {
    try {
      await kandra.fetch(path, { method, ...(body ? { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {}) });
      await refresh();
      return true;
    } catch (error) {
      say(error.message);
      return false;
    }
  }

  function line({ id, name, week, streak }) {
    const row = document.createElement("tr");
    row.append(Object.assign(document.createElement("th"), { scope: "row", textContent: name }));
    week.forEach((ticked, day) => {
      const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: ticked, id: `tick-${id}-${day}` });
      box.setAttribute("aria-label", `${name}, ${names[day]}`);
      box.addEventListener("change", () => send(`/lines/${id}/days/${day}`, "POST"));
      row.insertCell().append(box);
    });
    row.insertCell().textContent = streak;
    const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×", id: `remove-${id}` });
    remove.setAttribute("aria-label", `⟦Remove|Entfernen:⟧ ${name}`);
    remove.addEventListener("click", () => send(`/lines/${id}`, "DELETE"));
    row.insertCell().append(remove);
    return row;
  }

  function render({ lines, today }) {
    const focused = document.activeElement?.id;
    $("rows").replaceChildren(...lines.map(line));
    names.forEach((_, i) => $(`day-${i}`).classList.toggle("today", i === today));
    if (focused) $(focused)?.focus();
    say(lines.length === 0 ? "⟦Nothing here yet. Add the first below.|Noch nichts da. Trag unten das Erste ein.⟧" : "⟦This week; it begins anew on Monday (UTC).|Diese Woche; sie beginnt montags neu (UTC).⟧");
  }

  $("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await send("/lines", "POST", { name: $("name").value })) $("form").reset();
  });
  function refresh() {
    return kandra.fetch("/").then(render).catch((error) => say(error.message));
  }
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
