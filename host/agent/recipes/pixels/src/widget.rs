//! The board, painted with the pointer or with arrow keys and space.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<fieldset id="colours"><legend>⟦Colour|Farbe⟧</legend></fieldset>
<canvas id="board" tabindex="0" role="application" aria-label="⟦Board. Arrow keys move, space paints.|Tafel. Pfeiltasten bewegen, Leertaste malt.⟧"></canvas>
<p id="where" class="visually-hidden" aria-live="polite"></p>
<p id="status" role="status"></p>
<button id="clear" type="button" class="quiet">⟦Wipe the board|Tafel löschen⟧</button>
<style>
  #colours { display: flex; flex-wrap: wrap; gap: var(--space-1); border: 0; margin: 0 0 var(--space-2); padding: 0; }
  #colours label { display: inline-flex; align-items: center; gap: var(--space-1); min-height: var(--target-min); padding: 0 var(--space-1); }
  #colours i { width: 1.25rem; height: 1.25rem; border: var(--border-width-regular) solid var(--color-border-primary); border-radius: var(--border-radius-sm); }
  canvas { display: block; width: 100%; touch-action: none; cursor: crosshair; border: var(--border-width-regular) solid var(--color-border-primary); image-rendering: pixelated; }
  #status { min-height: 1.5em; color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const post = (path, body) =>
    kandra.fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
  const COLOURS = [
    ["#ffffff", "⟦White|Weiß⟧"], ["#1f1f1f", "⟦Black|Schwarz⟧"], ["#d7263d", "⟦Red|Rot⟧"], ["#f49d37", "Orange"], ["#f6d743", "⟦Yellow|Gelb⟧"],
    ["#2e933c", "⟦Green|Grün⟧"], ["#2f6fde", "⟦Blue|Blau⟧"], ["#8f3fbf", "⟦Purple|Lila⟧"], ["#8a5a2b", "⟦Brown|Braun⟧"],
  ];
  const board = $("board");
  const pen = board.getContext("2d");
  let size = { width: 1, height: 1 };
  let cells = [];
  let at = 0;
  let colour = 1;
  let stroke = null;

  COLOURS.forEach(([code, name], i) => {
    const label = document.createElement("label");
    const radio = Object.assign(document.createElement("input"), { type: "radio", name: "colour", value: i, checked: i === colour });
    radio.addEventListener("change", () => { colour = i; });
    const patch = document.createElement("i");
    patch.style.background = code;
    patch.setAttribute("aria-hidden", "true");
    label.append(radio, patch, name);
    $("colours").append(label);
  });

  const SIDE = 16;
  function dot(i) {
    pen.fillStyle = COLOURS[cells[i]][0];
    pen.fillRect((i % size.width) * SIDE, Math.floor(i / size.width) * SIDE, SIDE, SIDE);
  }

  function cursor() {
    if (document.activeElement !== board || stroke) return;
    pen.strokeStyle = "#777777";
    pen.lineWidth = 3;
    pen.strokeRect((at % size.width) * SIDE + 1.5, Math.floor(at / size.width) * SIDE + 1.5, SIDE - 3, SIDE - 3);
  }

  function draw() {
    cells.forEach((_, i) => dot(i));
    cursor();
  }

  function render(answer) {
    size = answer;
    cells = [...answer.cells].map((letter) => letter.charCodeAt(0) - 97);
    if (board.width !== size.width * SIDE) Object.assign(board, { width: size.width * SIDE, height: size.height * SIDE });
    stroke?.cells.forEach((i) => { cells[i] = stroke.colour; });
    draw();
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));
  const send = (stroke) => post("/paint", stroke).then(() => say(""), (error) => { say(error.message); refresh(); });

  function under(event) {
    const box = board.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * size.width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * size.height);
    return x < 0 || y < 0 || x >= size.width || y >= size.height ? -1 : y * size.width + x;
  }

  function touch(i) {
    if (i < 0 || stroke.cells.includes(i)) return;
    stroke.cells.push(i);
    cells[i] = stroke.colour;
    dot(i);
    if (stroke.cells.length >= 150) {
      send(stroke);
      stroke = { cells: [], colour };
    }
  }

  function line(from, to) {
    const [x0, y0, x1, y1] = [from % size.width, Math.floor(from / size.width), to % size.width, Math.floor(to / size.width)];
    const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
    for (let step = 0; step <= steps; step += 1) {
      touch(Math.round(y0 + ((y1 - y0) * step) / steps) * size.width + Math.round(x0 + ((x1 - x0) * step) / steps));
    }
  }

  board.addEventListener("pointerdown", (event) => {
    board.setPointerCapture(event.pointerId);
    stroke = { cells: [], colour };
    at = Math.max(0, under(event));
    touch(at);
  });
  board.addEventListener("pointermove", (event) => {
    const i = under(event);
    if (!stroke || i < 0 || i === at) return;
    line(at, i);
    at = i;
  });
  for (const end of ["pointerup", "pointercancel"]) {
    board.addEventListener(end, () => {
      if (stroke?.cells.length) send(stroke);
      stroke = null;
    });
  }
  board.addEventListener("keydown", (event) => {
    const [x, y] = [at % size.width, Math.floor(at / size.width)];
    const to = { ArrowLeft: [x - 1, y], ArrowRight: [x + 1, y], ArrowUp: [x, y - 1], ArrowDown: [x, y + 1] }[event.key];
    if (to && to[0] >= 0 && to[1] >= 0 && to[0] < size.width && to[1] < size.height) at = to[1] * size.width + to[0];
    else if (event.key === " " || event.key === "Enter") {
      cells[at] = colour;
      send({ cells: [at], colour });
    } else if (!to) return;
    event.preventDefault();
    draw();
    $("where").textContent = `⟦Row|Zeile⟧ ${Math.floor(at / size.width) + 1}, ⟦column|Spalte⟧ ${(at % size.width) + 1}: ${COLOURS[cells[at]][1]}`;
  });
  for (const change of ["focus", "blur"]) board.addEventListener(change, () => requestAnimationFrame(draw));
  $("clear").addEventListener("click", () => post("/clear").catch((error) => say(error.message)));
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
