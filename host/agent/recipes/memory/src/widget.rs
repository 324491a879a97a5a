//! Sixteen cards, face down.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<div id="cards" role="group" aria-label="⟦Cards|Karten⟧"></div>
<p id="status" role="status"></p>
<button id="new" type="button">⟦New game|Neues Spiel⟧</button>
<form id="keep" hidden>
  <label for="name">⟦Your name, for the list|Dein Name, für die Liste⟧</label>
  <div class="row"><input id="name" maxlength="30" required autocomplete="name"><button type="submit">⟦Keep|Eintragen⟧</button></div>
</form>
<h3>⟦Best|Die Besten⟧</h3>
<ol id="best"></ol>
<style>
  #cards { display: grid; grid-template-columns: repeat(4, minmax(0, 4rem)); gap: var(--space-2); justify-content: center; }
  #cards button { aspect-ratio: 1; padding: 0; min-width: 0; font-size: var(--font-heading-lg-size); color: var(--color-text-primary); background: var(--color-background-secondary); border: var(--border-width-regular) solid var(--color-border-primary); }
  #cards button.found { background: var(--color-background-success); }
  .row { display: flex; gap: var(--space-2); }
  .row input { flex: 1; min-width: 0; }
  #best { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
  #best:empty::before { content: "⟦Nobody yet|Noch niemand⟧"; color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const post = (path, body) =>
    kandra.fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
  const UNIT = (moves) => `${moves} ⟦moves|Züge⟧`;
  const PICTURES = ["🐶", "🐱", "🦊", "🐸", "🐵", "🦁", "🐼", "🐨"];
  const NAMES = ["⟦dog|Hund⟧", "⟦cat|Katze⟧", "⟦fox|Fuchs⟧", "⟦frog|Frosch⟧", "⟦monkey|Affe⟧", "⟦lion|Löwe⟧", "⟦panda|Panda⟧", "Koala"];
  let cards = [];
  let open = [];
  let moves = 0;
  let last = 0;

  function show(card, i) {
    const up = card.found || open.includes(card);
    card.button.textContent = up ? PICTURES[card.picture] : "";
    card.button.className = card.found ? "found" : "";
    card.button.setAttribute("aria-label", `⟦Card|Karte⟧ ${i + 1}: ${up ? NAMES[card.picture] : "⟦face down|verdeckt⟧"}`);
  }

  const draw = () => cards.forEach(show);

  function turn(card) {
    if (card.found || open.includes(card)) return;
    if (open.length === 2) open = [];
    open.push(card);
    if (open.length === 2) {
      moves += 1;
      const same = open[0].picture === open[1].picture;
      say(`${open.map(({ picture }) => NAMES[picture]).join(", ")}. ${moves} ⟦moves|Züge⟧`);
      if (same) open.forEach((one) => { one.found = true; });
      if (cards.every(({ found }) => found)) {
        say(`⟦All found in|Alle gefunden in⟧ ${moves} ⟦moves!|Zügen!⟧`);
        done(moves);
      }
    }
    draw();
  }

  function deal() {
    open = [];
    moves = 0;
    $("keep").hidden = true;
    const deck = PICTURES.flatMap((_, i) => [i, i]);
    for (let i = deck.length - 1; i > 0; i -= 1) {
      const j = Math.floor(Math.random() * (i + 1));
      [deck[i], deck[j]] = [deck[j], deck[i]];
    }
    cards = deck.map((picture) => ({ picture, found: false, button: Object.assign(document.createElement("button"), { type: "button" }) }));
    cards.forEach((card) => card.button.addEventListener("click", () => turn(card)));
    $("cards").replaceChildren(...cards.map(({ button }) => button));
    say("⟦Turn two cards.|Dreh zwei Karten um.⟧");
    draw();
  }

  $("new").addEventListener("click", deal);
  deal();

  function bests({ best }) {
    $("best").replaceChildren(...best.map(({ name, result }) => Object.assign(document.createElement("li"), { textContent: `${name}: ${UNIT(result)}` })));
  }
  const refresh = () => kandra.fetch("/").then(bests).catch((error) => say(error.message));
  function done(result) {
    last = result;
    $("keep").hidden = false;
  }
  $("keep").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      bests(await post("/results", { name: $("name").value, result: last }));
      $("keep").hidden = true;
    } catch (error) {
      say(error.message);
    }
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
