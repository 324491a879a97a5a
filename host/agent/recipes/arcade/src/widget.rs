//! The game, its points, and the best results.
use kandra::prelude::*;

//{{#times}}
/// What is asked for.
const SIGNS: &[&str] = &["×"];

//{{/times}}
pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    //{{#times}}
    let game = GAME.replace("[signs]", &json!(SIGNS).to_string());
    //{{/times}}
    //{{^times}}
    let game = GAME;
    //{{/times}}
    Response::html(format!("{BOARD}{FRAME}{game}"))
}

//{{#snake}}
const BOARD: &str = r##"
<canvas id="board" width="240" height="240" tabindex="0" role="img" aria-label="⟦Snake: steer with the arrow keys or the buttons|Snake: mit Pfeiltasten oder Knöpfen steuern⟧"></canvas>
<div class="pad"><button type="button" data-go="0,-1" aria-label="⟦up|hoch⟧">▲</button><button type="button" data-go="-1,0" aria-label="⟦left|links⟧">◀</button><button type="button" data-go="1,0" aria-label="⟦right|rechts⟧">▶</button><button type="button" data-go="0,1" aria-label="⟦down|runter⟧">▼</button></div>
"##;
//{{/snake}}
//{{#tiles}}
const BOARD: &str = r##"
<div id="board" class="tiles" tabindex="0" role="group" aria-label="2048: ⟦push with the arrow keys or the buttons|mit Pfeiltasten oder Knöpfen schieben⟧"></div>
<div class="pad"><button type="button" data-go="0,-1" aria-label="⟦up|hoch⟧">▲</button><button type="button" data-go="-1,0" aria-label="⟦left|links⟧">◀</button><button type="button" data-go="1,0" aria-label="⟦right|rechts⟧">▶</button><button type="button" data-go="0,1" aria-label="⟦down|runter⟧">▼</button></div>
"##;
//{{/tiles}}
//{{#mole}}
const BOARD: &str = r##"
<div id="board" class="holes"></div>
"##;
//{{/mole}}
//{{#typing}}
const BOARD: &str = r##"
<p id="board" class="text"></p>
<label for="typed">⟦Type it here|Hier abtippen⟧</label> <input id="typed" autocomplete="off" autocapitalize="off" spellcheck="false">
"##;
//{{/typing}}
//{{#times}}
const BOARD: &str = r##"
<p id="board" class="sum" role="status">–</p>
<form id="answer"><label for="typed">⟦Answer|Antwort⟧</label> <input id="typed" type="number" inputmode="numeric" required> <button type="submit">OK</button></form>
"##;
//{{/times}}

const FRAME: &str = r##"
<p id="status" role="status"></p>
<button id="start" type="button" class="primary">⟦Play|Spielen⟧</button>
<form id="keep" hidden>
  <label for="name">⟦Your name, for the list|Dein Name, für die Liste⟧</label>
  <div class="row"><input id="name" maxlength="30" required autocomplete="name"><button type="submit">⟦Keep|Eintragen⟧</button></div>
</form>
<h3>⟦Best|Bestenliste⟧</h3>
<ol id="best"></ol>
<style>
  canvas { width: 100%; max-width: 320px; background: var(--color-background-secondary); border: var(--border-width-regular) solid var(--color-border-primary); touch-action: none; }
  .pad { display: grid; grid-template-columns: repeat(4, 1fr); gap: var(--space-1); max-width: 320px; }
  .tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: var(--space-1); max-width: 320px; touch-action: none; }
  .tiles span { display: grid; place-items: center; aspect-ratio: 1; border: var(--border-width-regular) solid var(--color-border-primary); border-radius: var(--border-radius-sm); font-weight: var(--font-weight-bold); font-variant-numeric: tabular-nums; }
  .holes { display: grid; grid-template-columns: repeat(3, 1fr); gap: var(--space-2); max-width: 320px; }
  .holes button { font-size: 2rem; min-height: 4.5rem; padding: 0; touch-action: manipulation; }
  .text, .sum { font-size: 1.25rem; overflow-wrap: anywhere; }
  .sum { font-size: 2rem; margin: 0; font-variant-numeric: tabular-nums; }
  #typed { max-width: 100%; }
  .row, #answer { display: flex; flex-wrap: wrap; gap: var(--space-2); align-items: center; }
  .row input { flex: 1; min-width: 0; }
  #answer input { width: 6em; }
  #best { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
  #best:empty::before { content: "⟦Nobody yet|Noch niemand⟧"; color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  let points = 0;
  let running = false;

  function over(text) {
    running = false;
    say(text);
    $("start").textContent = "⟦Again|Noch einmal⟧";
    $("start").hidden = false;
    $("keep").hidden = points < 1;
  }

  function begin() {
    points = 0;
    running = true;
    $("keep").hidden = true;
    $("start").hidden = true;
  }

  /** Steering by keys, buttons and swipes. */
  function steer(go) {
    const keys = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
    $("board").addEventListener("keydown", (event) => {
      if (!keys[event.key]) return;
      event.preventDefault();
      go(...keys[event.key]);
    });
    document.querySelectorAll("[data-go]").forEach((button) => button.addEventListener("click", () => go(...button.dataset.go.split(",").map(Number))));
    let from = null;
    $("board").addEventListener("pointerdown", (event) => { from = [event.clientX, event.clientY]; });
    $("board").addEventListener("pointerup", (event) => {
      if (!from) return;
      const [x, y] = [event.clientX - from[0], event.clientY - from[1]];
      from = null;
      if (Math.max(Math.abs(x), Math.abs(y)) < 20) return;
      go(...(Math.abs(x) > Math.abs(y) ? [Math.sign(x), 0] : [0, Math.sign(y)]));
    });
  }

  function render({ best }) {
    $("best").replaceChildren(...best.map(({ name, result }) => Object.assign(document.createElement("li"), { textContent: `${name}: ${result}` })));
  }

  $("keep").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      render(await kandra.fetch("/results", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name: $("name").value, result: points }) }));
      $("keep").hidden = true;
    } catch (error) {
      say(error.message);
    }
  });
  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));
  kandra.events("changed", refresh);
  refresh();
</script>
"##;

//{{#snake}}
const GAME: &str = r##"
<script>
  const SIZE = 16;
  const pen = $("board").getContext("2d");
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  let snake, way, turn, food, timer;

  function place() {
    do food = [0, 0].map(() => Math.floor(Math.random() * SIZE));
    while (snake.some(([x, y]) => x === food[0] && y === food[1]));
  }

  function draw() {
    const cell = 240 / SIZE;
    pen.clearRect(0, 0, 240, 240);
    pen.fillStyle = color("--color-accent") || "green";
    for (const [x, y] of snake) pen.fillRect(x * cell + 1, y * cell + 1, cell - 2, cell - 2);
    pen.fillStyle = color("--color-text-danger") || "red";
    pen.beginPath();
    pen.arc((food[0] + 0.5) * cell, (food[1] + 0.5) * cell, cell / 2 - 1, 0, 7);
    pen.fill();
  }

  function step() {
    if (turn[0] !== -way[0] || turn[1] !== -way[1]) way = turn;
    const head = [snake[0][0] + way[0], snake[0][1] + way[1]];
    const ate = head[0] === food[0] && head[1] === food[1];
    const body = ate ? snake : snake.slice(0, -1);
    if (head.some((n) => n < 0 || n >= SIZE) || body.some(([x, y]) => x === head[0] && y === head[1])) {
      clearInterval(timer);
      return over(`⟦Over:|Vorbei:⟧ ${points} ⟦points|Punkte⟧`);
    }
    snake = [head, ...body];
    if (ate) {
      points += 1;
      say(`${points}`);
      place();
    }
    draw();
  }

  steer((x, y) => { turn = [x, y]; });
  $("start").addEventListener("click", () => {
    begin();
    snake = [[8, 8], [7, 8], [6, 8]];
    way = turn = [1, 0];
    place();
    clearInterval(timer);
    timer = setInterval(step, 150);
    $("board").focus();
    say("0");
  });
  say("⟦Eat, grow, hit nothing.|Friss, wachse, stoß nirgends an.⟧");
</script>
"##;
//{{/snake}}
//{{#tiles}}
const GAME: &str = r##"
<script>
  let cells = Array(16).fill(0);

  function draw() {
    $("board").replaceChildren(...cells.map((n) => Object.assign(document.createElement("span"), { textContent: n || "" })));
  }

  function drop() {
    const free = cells.flatMap((n, i) => (n === 0 ? [i] : []));
    if (free.length > 0) cells[free[Math.floor(Math.random() * free.length)]] = Math.random() < 0.9 ? 2 : 4;
  }

  /** The cells after a push, and what it earned. */
  function pushed(x, y) {
    const after = Array(16).fill(0);
    let earned = 0;
    for (let lane = 0; lane < 4; lane += 1) {
      const places = [0, 1, 2, 3].map((i) => (x ? lane * 4 + i : i * 4 + lane));
      if (x + y > 0) places.reverse();
      const numbers = places.map((i) => cells[i]).filter(Boolean);
      const merged = [];
      while (numbers.length > 0) {
        const n = numbers.shift();
        if (numbers[0] === n) {
          numbers.shift();
          merged.push(n * 2);
          earned += n * 2;
        } else merged.push(n);
      }
      merged.forEach((n, i) => { after[places[i]] = n; });
    }
    return [after, earned];
  }

  function push(x, y) {
    if (!running) return;
    const [after, earned] = pushed(x, y);
    if (after.every((n, i) => n === cells[i])) return;
    cells = after;
    points += earned;
    drop();
    draw();
    say(`${points} ⟦points|Punkte⟧`);
    const stuck = [[1, 0], [-1, 0], [0, 1], [0, -1]].every(([x, y]) => pushed(x, y)[0].every((n, i) => n === cells[i]));
    if (stuck) over(`⟦Over:|Vorbei:⟧ ${points} ⟦points|Punkte⟧`);
  }

  steer(push);
  $("start").addEventListener("click", () => {
    begin();
    cells = Array(16).fill(0);
    drop();
    drop();
    draw();
    $("board").focus();
    say("⟦Push equal numbers together.|Schieb gleiche Zahlen zusammen.⟧");
  });
  draw();
</script>
"##;
//{{/tiles}}
//{{#mole}}
const GAME: &str = r##"
<script>
  let mole = -1;
  let ends = 0;
  let timer;
  $("board").append(...Array.from({ length: 9 }, (_, i) => {
    const hole = Object.assign(document.createElement("button"), { type: "button", textContent: "🕳️" });
    hole.setAttribute("aria-label", `⟦hole|Loch⟧ ${i + 1}`);
    hole.addEventListener("click", () => {
      if (!running || i !== mole) return;
      points += 1;
      hop();
    });
    return hole;
  }));

  function hop() {
    let next;
    do next = Math.floor(Math.random() * 9);
    while (next === mole);
    mole = next;
    [...$("board").children].forEach((hole, i) => {
      hole.textContent = i === mole ? "🐹" : "🕳️";
      hole.setAttribute("aria-label", i === mole ? "⟦mole!|Maulwurf!⟧" : `⟦hole|Loch⟧ ${i + 1}`);
    });
    clearTimeout(timer);
    timer = setTimeout(tick, Math.max(450, 1000 - points * 15));
  }

  function tick() {
    if (performance.now() < ends) return hop();
    clearTimeout(timer);
    mole = -1;
    [...$("board").children].forEach((hole) => { hole.textContent = "🕳️"; });
    over(`⟦Time is up:|Zeit ist um:⟧ ${points} ⟦hit|getroffen⟧`);
  }

  setInterval(() => {
    if (!running) return;
    const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
    say(`${points} · ${left} s`);
    if (left === 0) tick();
  }, 250);
  $("start").addEventListener("click", () => {
    begin();
    ends = performance.now() + 30_000;
    hop();
  });
  say("⟦Hit the mole as often as you can in 30 seconds.|Triff den Maulwurf so oft du kannst, 30 Sekunden lang.⟧");
</script>
"##;
//{{/mole}}
//{{#typing}}
const GAME: &str = r##"
<script>
  const TEXTS = [
    "⟦The quick brown fox jumps over the lazy dog and runs home before it rains.|Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.⟧",
    "⟦Every morning the baker opens the shop and the whole street smells of bread.|Jeden Morgen öffnet die Bäckerin den Laden, und die ganze Straße duftet nach Brot.⟧",
    "⟦We planted three apple trees last year, and this spring one of them is in bloom.|Wir haben im letzten Jahr drei Apfelbäume gepflanzt, und in diesem Frühling blüht einer davon.⟧",
    "⟦If you can read this line you only need to copy it, letter by letter, as fast as you can.|Wer diese Zeile lesen kann, muss sie nur noch Buchstabe für Buchstabe abtippen, so schnell es geht.⟧",
  ];
  let text = "";
  let began = 0;
  $("typed").disabled = true;
  $("typed").addEventListener("input", () => {
    if (!running) return;
    if (began === 0) began = performance.now();
    const typed = $("typed").value;
    if (typed === text) {
      const minutes = (performance.now() - began) / 60_000;
      points = Math.min(400, Math.round(text.length / 5 / minutes));
      $("typed").disabled = true;
      over(`${points} ⟦words a minute|Wörter in der Minute⟧`);
    } else say(text.startsWith(typed) ? `${typed.length} ⟦of|von⟧ ${text.length}` : "⟦A letter is wrong.|Ein Buchstabe stimmt nicht.⟧");
  });
  $("start").addEventListener("click", () => {
    begin();
    text = TEXTS[Math.floor(Math.random() * TEXTS.length)];
    began = 0;
    $("board").textContent = text;
    $("typed").disabled = false;
    $("typed").value = "";
    $("typed").focus();
    say("⟦The time runs from the first letter.|Die Zeit läuft ab dem ersten Buchstaben.⟧");
  });
</script>
"##;
//{{/typing}}
//{{#times}}
const GAME: &str = r##"
<script>
  const SIGNS = JSON.parse(`[signs]`);
  let right = 0;
  let ends = 0;
  $("typed").disabled = true;

  function ask() {
    const sign = SIGNS[Math.floor(Math.random() * SIGNS.length)];
    const [a, b] = [0, 0].map(() => 1 + Math.floor(Math.random() * 10));
    const sums = { "×": [`${a} × ${b}`, a * b], "+": [`${a * 3} + ${b * 4}`, a * 3 + b * 4], "−": [`${a * 4 + b} − ${b}`, a * 4], ":": [`${a * b} : ${b}`, a] };
    [$("board").textContent, right] = sums[sign];
    $("typed").value = "";
    $("typed").focus();
  }

  $("answer").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!running) return;
    if (Number($("typed").value) === right) points += 1;
    else say(`${$("board").textContent} = ${right}`);
    ask();
  });
  setInterval(() => {
    if (!running) return;
    const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
    $("start").textContent = `${left} s`;
    if (left === 0) {
      $("typed").disabled = true;
      $("board").textContent = "–";
      over(`${points} ⟦right|richtig⟧`);
    }
  }, 250);
  $("start").addEventListener("click", () => {
    begin();
    ends = performance.now() + 60_000;
    $("typed").disabled = false;
    say("⟦As many as you can in 60 seconds.|So viele du kannst in 60 Sekunden.⟧");
    ask();
  });
</script>
"##;
//{{/times}}
