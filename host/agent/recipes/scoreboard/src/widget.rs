//! The table, and buttons for points.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<ol id="players" aria-label="⟦Scores, highest first|Stand, die höchsten zuerst⟧"></ol>
<form id="join">
  <label for="name">⟦New name|Neuer Name⟧</label>
  <div class="row">
    <input id="name" maxlength="40" required autocomplete="off">
    <button type="submit">⟦Add|Hinzufügen⟧</button>
    <button id="zero" type="button">⟦Set all to 0|Alle auf 0⟧</button>
  </div>
</form>
<style>
  ol { list-style: none; margin: 0 0 var(--space-3); padding: 0; }
  li { display: flex; align-items: center; gap: var(--space-2); border-bottom: var(--border-width-regular) solid var(--color-border-secondary); padding: var(--space-1) 0; }
  li span { flex: 1; overflow-wrap: anywhere; }
  li b { min-width: 3rem; text-align: end; font-size: var(--font-heading-sm-size); font-variant-numeric: tabular-nums; }
  li button { min-width: var(--target-min); min-height: var(--target-min); }
  .row { display: flex; flex-wrap: wrap; gap: var(--space-2); }
  .row input { flex: 1 1 8rem; min-width: 0; }
  #status:empty { display: none; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };

  async function send(path, body) {
    try {
      await kandra.fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
      await refresh();
      return true;
    } catch (error) {
      say(error.message);
      return false;
    }
  }

  function button(id, text, label, press) {
    const button = Object.assign(document.createElement("button"), { type: "button", id, textContent: text });
    button.setAttribute("aria-label", label);
    button.addEventListener("click", press);
    return button;
  }

  function render({ players }) {
    const focused = document.activeElement?.id;
    $("players").replaceChildren(...players.map(({ id, name, points }) => {
      const item = document.createElement("li");
      item.append(
        Object.assign(document.createElement("span"), { textContent: name }),
        Object.assign(document.createElement("b"), { textContent: points }),
        button(`less-${id}`, "−", `⟦One less for|Eins weniger für⟧ ${name}`, () => send(`/players/${id}/points`, { by: -1 })),
        button(`more-${id}`, "+", `⟦One more for|Eins mehr für⟧ ${name}`, () => send(`/players/${id}/points`, { by: 1 })),
      );
      return item;
    }));
    if (focused) $(focused)?.focus();
    say(players.length ? "" : "⟦Nobody is here yet. Add the first name.|Noch ist niemand da. Trag den ersten Namen ein.⟧");
  }

  function refresh() {
    return kandra.fetch("/").then(render).catch((error) => say(error.message));
  }

  $("join").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await send("/players", { name: $("name").value })) $("join").reset();
  });
  $("zero").addEventListener("click", () => send("/reset"));
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
