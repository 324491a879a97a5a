//! A card with fields to press, and the words it is made of.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<div id="card"></div>
<div class="row"><button id="new" type="button">⟦New card|Neue Karte⟧</button></div>
<form id="form"><label for="word">⟦Add a word|Begriff dazu⟧</label> <input id="word" maxlength="40" required> <button type="submit">⟦Add|Dazu⟧</button></form>
<details><summary>⟦Added words|Eigene Begriffe⟧</summary><ul id="words"></ul></details>
<style>
  #card { display: grid; gap: var(--space-1); }
  #card button { padding: var(--space-1); min-height: 3.5rem; min-width: 0; white-space: normal; overflow-wrap: anywhere; font-size: 0.8rem; hyphens: auto; }
  #card button[aria-pressed=true] { font-weight: var(--font-weight-bold); outline: 2px solid var(--color-accent); outline-offset: -3px; }
  .row, form { display: flex; flex-wrap: wrap; gap: var(--space-2); align-items: center; margin-top: var(--space-2); }
  form input { flex: 1; min-width: 6em; }
  ul { list-style: none; padding: 0; }
  li { display: flex; justify-content: space-between; align-items: center; overflow-wrap: anywhere; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  let size = 4;
  let words = [];
  let card = [];
  let marked = new Set();

  function deal() {
    const shuffled = [...words];
    for (let i = shuffled.length - 1; i > 0; i -= 1) {
      const j = Math.floor(Math.random() * (i + 1));
      [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
    }
    card = shuffled.slice(0, size * size);
    marked = new Set();
    draw();
  }

  function lines() {
    const all = [...Array(size).keys()];
    const lines = all.flatMap((i) => [all.map((j) => i * size + j), all.map((j) => j * size + i)]);
    lines.push(all.map((i) => i * size + i), all.map((i) => i * size + size - 1 - i));
    return lines.filter((line) => line.every((i) => marked.has(i))).length;
  }

  function draw() {
    if (card.length < size * size) {
      $("card").replaceChildren();
      say(`${words.length} ⟦of|von⟧ ${size * size} ⟦words. Add more below.|Begriffen. Schreib unten mehr dazu.⟧`);
      return;
    }
    $("card").style.gridTemplateColumns = `repeat(${size}, minmax(0, 1fr))`;
    $("card").replaceChildren(...card.map((word, i) => {
      const field = Object.assign(document.createElement("button"), { type: "button", textContent: word, id: `field-${i}` });
      field.setAttribute("aria-pressed", String(marked.has(i)));
      field.addEventListener("click", () => {
        if (!marked.delete(i)) marked.add(i);
        draw();
        $(`field-${i}`).focus();
      });
      return field;
    }));
    say(lines() > 0 ? "BINGO! 🎉" : "⟦Press what happened.|Drück, was vorkam.⟧");
  }

  function render(answer) {
    ({ size, words } = answer);
    $("words").replaceChildren(...answer.added.map(({ id, word }) => {
      const item = document.createElement("li");
      const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
      remove.setAttribute("aria-label", `⟦Remove|Entfernen:⟧ ${word}`);
      remove.addEventListener("click", () => send(`/words/${id}`, { method: "DELETE" }));
      item.append(word, remove);
      return item;
    }));
    if (card.length < size * size) deal();
  }

  async function send(path, init) {
    try {
      render(await kandra.fetch(path, init));
      return true;
    } catch (error) {
      say(error.message);
      return false;
    }
  }

  $("new").addEventListener("click", deal);
  $("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = JSON.stringify({ word: $("word").value });
    if (await send("/words", { method: "POST", headers: { "Content-Type": "application/json" }, body })) $("form").reset();
  });
  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
