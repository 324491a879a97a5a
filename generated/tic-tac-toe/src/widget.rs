//! Nine buttons.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<div class="game">
  <p id="status" role="status">Loading…</p>
  <div id="board" role="group" aria-label="Board"></div>
  <p id="wins"></p>
  <button id="new" type="button">New game</button>
</div>
<style>
  .game { display: grid; justify-items: center; gap: var(--space-2); text-align: center; }
  .game p { margin: 0; }
  #board { display: grid; grid-template-columns: repeat(3, 4rem); gap: var(--space-1); }
  #board button {
    width: 4rem; height: 4rem; padding: 0; font-size: var(--font-heading-lg-size); color: var(--color-text-primary);
    background: var(--color-background-secondary); border: var(--border-width-regular) solid var(--color-border-primary);
  }
  #board button.won { background: var(--color-background-success); color: var(--color-text-success); }
  #board button[aria-disabled="true"] { cursor: default; }
  #wins { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const send = (path, body) =>
    kandra.fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) })
      .then(render).catch((error) => say(error.message));

  const cells = Array.from({ length: 9 }, (_, cell) => {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.addEventListener("click", () => { if (button.getAttribute("aria-disabled") !== "true") send("/move", { cell }); });
    return button;
  });
  $("board").append(...cells);

  function render({ board, turn, winner, line, draw, wins }) {
    const over = winner || draw;
    cells.forEach((button, i) => {
      const mark = board[i] === "." ? "" : board[i];
      button.textContent = mark;
      button.setAttribute("aria-label", `Row ${Math.floor(i / 3) + 1}, column ${(i % 3) + 1}: ${mark || "empty"}`);
      button.setAttribute("aria-disabled", String(Boolean(over || mark)));
      button.classList.toggle("won", Boolean(line?.includes(i)));
    });
    say(winner ? `${winner} wins!` : draw ? "A draw." : `${turn} to move`);
    $("wins").textContent = `X ${wins.X} : ${wins.O} O`;
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));

  $("new").addEventListener("click", () => send("/new"));
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
