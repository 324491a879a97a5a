//! Seven buttons over the board.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<div class="game">
  <p id="status" role="status">⟦Loading…|Lädt…⟧</p>
  <div id="drops" role="group" aria-label="⟦Columns|Spalten⟧"></div>
  <div id="board" role="img"></div>
  <button id="new" type="button">⟦New game|Neues Spiel⟧</button>
</div>
<style>
  .game { display: grid; justify-items: center; gap: var(--space-2); text-align: center; }
  .game p { margin: 0; }
  #drops, #board { display: grid; grid-template-columns: repeat(7, minmax(0, 2.5rem)); gap: var(--space-1); width: 100%; max-width: 20rem; justify-content: center; }
  #drops button { padding: 0; min-width: 0; min-height: var(--target-min); }
  #board i { aspect-ratio: 1; border-radius: var(--border-radius-full); border: 2px solid var(--color-border-primary); background: var(--color-background-secondary); }
  #board .R { background: var(--chart-5); } #board .Y { background: radial-gradient(var(--color-background-primary) 30%, var(--chart-3) 33%); }
  #board .won { border: 3px solid var(--color-text-primary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const post = (path, body) =>
    kandra.fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
  const NAMES = { R: "⟦Red|Rot⟧", Y: "⟦Yellow|Gelb⟧" };
  const cells = Array.from({ length: 42 }, () => document.createElement("i"));
  $("board").append(...cells);
  const drops = Array.from({ length: 7 }, (_, column) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "↓" });
    button.setAttribute("aria-label", `⟦Drop in column|In Spalte werfen:⟧ ${column + 1}`);
    button.addEventListener("click", () => { if (button.getAttribute("aria-disabled") !== "true") send("/drop", { column }); });
    return button;
  });
  $("drops").append(...drops);

  function render({ board, turn, winner, line, draw }) {
    cells.forEach((cell, i) => {
      cell.className = `${board[i] === "." ? "" : board[i]} ${line?.includes(i) ? "won" : ""}`;
    });
    const rows = [0, 1, 2, 3, 4, 5].map((row) => [...board.slice(row * 7, row * 7 + 7)].map((mark) => NAMES[mark] ?? "⟦empty|leer⟧").join(" "));
    $("board").setAttribute("aria-label", `⟦Board from the top|Brett von oben⟧: ${rows.join("; ")}`);
    drops.forEach((button, column) => button.setAttribute("aria-disabled", String(Boolean(winner || draw || board[column] !== "."))));
    say(winner ? `${NAMES[winner]} ⟦wins!|gewinnt!⟧` : draw ? "⟦A draw.|Unentschieden.⟧" : `${NAMES[turn]} ⟦to move|ist dran⟧`);
  }

  const send = (path, body) => post(path, body).then(render).catch((error) => say(error.message));
  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));
  $("new").addEventListener("click", () => send("/new"));
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
