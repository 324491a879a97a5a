//! A form, the totals, and the orders below.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="add">
  <label>Name<input id="name" maxlength="60" required autocomplete="name"></label>
  <label><span id="label">⟦What|Was⟧</span><select id="kind" required></select></label>
  <label>⟦How many|Wie viele⟧<input id="count" type="number" min="1" max="999" value="1" required></label>
  <button type="submit" class="primary">⟦Order|Bestellen⟧</button>
</form>
<h3>⟦Totals|Summen⟧</h3>
<dl id="totals"></dl>
<h3>⟦Orders|Bestellungen⟧</h3>
<ul id="orders"></ul>
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<style>
  form { display: flex; flex-wrap: wrap; align-items: end; gap: var(--space-2); }
  form label { display: grid; gap: var(--space-1); flex: 1 1 7rem; min-width: 0; }
  form input, form select { width: 100%; min-width: 0; box-sizing: border-box; }
  #status { color: var(--color-text-secondary); }
  #status:empty { display: none; }
  dl { margin: 0; }
  dl div, #orders li { display: flex; align-items: center; gap: var(--space-2); border-bottom: var(--border-width-regular) solid var(--color-border-secondary); padding: var(--space-1) 0; }
  dt, #orders span { flex: 1; min-width: 0; overflow-wrap: anywhere; }
  dd { margin: 0; font-weight: var(--font-weight-bold); font-variant-numeric: tabular-nums; }
  #orders { list-style: none; margin: 0; padding: 0; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const send = (path, body, method = "POST") =>
    kandra.fetch(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
  function render({ label, kinds, orders, totals, all }) {
    $("label").textContent = label;
    if (!$("kind").children.length) $("kind").append(...kinds.map((kind) => make("option", { value: kind, textContent: kind })));
    $("totals").replaceChildren(...[...totals, { kind: "⟦All together|Zusammen⟧", total: all }].map(({ kind, total }) => {
      const line = document.createElement("div");
      line.append(make("dt", { textContent: kind }), make("dd", { textContent: total }));
      return line;
    }));
    $("orders").replaceChildren(...orders.map(({ id, name, kind, count }) => {
      const line = document.createElement("li");
      const remove = make("button", { type: "button", textContent: "×" });
      remove.setAttribute("aria-label", `⟦Remove|Entfernen:⟧ ${name}, ${count} ${kind}`);
      remove.addEventListener("click", () => send(`/orders/${id}`, {}, "DELETE").then(render).catch((error) => say(error.message)));
      line.append(make("span", { textContent: `${name}: ${count} × ${kind}` }), remove);
      return line;
    }));
    say(orders.length === 0 ? "⟦Nobody has ordered yet.|Noch hat niemand bestellt.⟧" : "");
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));
  $("add").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      render(await send("/orders", { name: $("name").value, kind: $("kind").value, count: $("count").valueAsNumber }));
      $("count").value = 1;
    } catch (error) {
      say(error.message);
    }
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
