//! One card to turn, known or not, and a form for new ones. What is not known comes again.
use crate::SIDES;
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET.replace("[front]", &escape(SIDES[0])).replace("[back]", &escape(SIDES[1])))
}

const WIDGET: &str = r##"
<button id="card" type="button" aria-live="polite">⟦Loading…|Lädt…⟧</button>
<div class="row" id="judge" hidden><button id="known" type="button">⟦Knew it|Gewusst⟧</button><button id="unknown" type="button">⟦Did not|Nicht gewusst⟧</button></div>
<p id="status" role="status"></p>
<form id="form">
  <label>[front] <input id="front" maxlength="200" required></label>
  <label>[back] <input id="back" maxlength="200" required></label>
  <button type="submit">⟦Add a card|Karte dazu⟧</button>
</form>
<details><summary>⟦All cards|Alle Karten⟧</summary><ul id="all"></ul></details>
<style>
  #card { width: 100%; min-height: 7rem; white-space: normal; overflow-wrap: anywhere; font-size: 1.25rem; }
  .row { display: flex; gap: var(--space-2); margin-top: var(--space-2); }
  .row button { flex: 1; }
  .row[hidden] { display: none; }
  form { display: grid; gap: var(--space-2); }
  form label { display: grid; }
  details { margin-top: var(--space-3); }
  ul { list-style: none; padding: 0; }
  li { display: flex; gap: var(--space-2); justify-content: space-between; align-items: center; overflow-wrap: anywhere; }
  #status { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  let cards = [];
  let waiting = [];
  let knew = 0;
  let now = null;
  let turned = false;

  function next() {
    if (waiting.length === 0) {
      waiting = [...cards].sort(() => Math.random() - 0.5);
      knew = 0;
    }
    now = waiting[0] ?? null;
    turned = false;
    draw();
  }

  function draw() {
    $("judge").hidden = !turned;
    $("card").disabled = !now;
    $("card").textContent = !now ? "⟦No cards yet. Add the first below.|Noch keine Karten. Schreib unten die erste.⟧" : turned ? now.back : now.front;
    say(now ? `${turned ? "" : "⟦Press to turn.|Drück zum Umdrehen.⟧ "}${knew} ⟦of|von⟧ ${cards.length} ⟦known|gewusst⟧` : "");
  }

  function judge(known) {
    const card = waiting.shift();
    if (known) knew += 1;
    else waiting.push(card);
    const done = waiting.length === 0;
    next();
    if (done) say("⟦All known! Once more from the start.|Alles gewusst! Noch einmal von vorn.⟧");
    $("card").focus();
  }

  async function send(path, init) {
    try {
      await kandra.fetch(path, init);
      await refresh();
      return true;
    } catch (error) {
      say(error.message);
      return false;
    }
  }

  async function refresh() {
    try {
      ({ cards } = await kandra.fetch("/"));
    } catch (error) {
      say(error.message);
      return;
    }
    const ids = new Set(cards.map((card) => card.id));
    const known = new Set(waiting.map((card) => card.id));
    waiting = waiting.filter((card) => ids.has(card.id));
    if (waiting.length > 0) waiting.push(...cards.filter((card) => !known.has(card.id) && card.id > [...known].sort().at(-1)));
    if (!now || !ids.has(now.id)) next();
    $("all").replaceChildren(...cards.map((card) => {
      const item = document.createElement("li");
      const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
      remove.setAttribute("aria-label", `⟦Remove|Entfernen:⟧ ${card.front}`);
      remove.addEventListener("click", () => send(`/cards/${card.id}`, { method: "DELETE" }));
      item.append(`${card.front} – ${card.back}`, remove);
      return item;
    }));
  }

  $("card").addEventListener("click", () => { turned = !turned; draw(); });
  $("known").addEventListener("click", () => judge(true));
  $("unknown").addEventListener("click", () => judge(false));
  $("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = JSON.stringify({ front: $("front").value, back: $("back").value });
    if (await send("/cards", { method: "POST", headers: { "Content-Type": "application/json" }, body })) $("form").reset();
  });
  kandra.events("changed", refresh);
  refresh().then(draw);
</script>
"##;
