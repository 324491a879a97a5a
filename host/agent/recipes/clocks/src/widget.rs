//! The clock and its buttons.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

//{{#chess}}
const WIDGET: &str = r##"
<div class="sides">
  <button id="side-0" type="button"><span>⟦Player 1|Spieler 1⟧</span><output role="timer" aria-live="off">–</output></button>
  <button id="side-1" type="button"><span>⟦Player 2|Spieler 2⟧</span><output role="timer" aria-live="off">–</output></button>
</div>
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<div class="row"><button id="pause" type="button">⟦Pause|Pause⟧</button><button id="reset" type="button">⟦Start over|Von vorn⟧</button></div>
<style>
  .sides { display: grid; grid-template-columns: 1fr 1fr; gap: var(--space-2); }
  .sides button { display: grid; min-height: 7rem; min-width: 0; touch-action: manipulation; }
  .sides output { font-size: 2rem; font-variant-numeric: tabular-nums; font-weight: var(--font-weight-bold); }
  .sides button.on { outline: 3px solid var(--color-accent); outline-offset: -3px; }
  .row { display: flex; gap: var(--space-2); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { if ($("status").textContent !== text) $("status").textContent = text; };
  const clock = (ms) => `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;
  let first = [0, 0];
  let left = [0, 0];
  let turn = null;
  let last = 0;

  function draw() {
    left.forEach((ms, i) => {
      $(`side-${i}`).querySelector("output").textContent = clock(Math.max(0, Math.ceil(ms / 1000) * 1000));
      $(`side-${i}`).classList.toggle("on", turn === i);
    });
  }

  function tick() {
    if (turn === null) return;
    const now = performance.now();
    left[turn] -= now - last;
    last = now;
    if (left[turn] <= 0) {
      say(`⟦Time is up for player|Die Zeit ist um für Spieler⟧ ${turn + 1}.`);
      turn = null;
    }
    draw();
  }

  // Whoever moved presses their own side: the other's time runs.
  [0, 1].forEach((i) => $(`side-${i}`).addEventListener("click", () => {
    tick();
    if (left.some((ms) => ms <= 0) || turn === 1 - i) return;
    turn = 1 - i;
    last = performance.now();
    say(`⟦The time of player runs:|Es läuft die Zeit von Spieler⟧ ${turn + 1}`);
    draw();
  }));
  $("pause").addEventListener("click", () => {
    tick();
    turn = null;
    say("⟦Paused. Press the side of who moved last.|Pause. Drück die Seite, die zuletzt zog.⟧");
    draw();
  });
  function reset() {
    left = [...first];
    turn = null;
    say("⟦After your move press your own side.|Nach dem Zug die eigene Seite drücken.⟧");
    draw();
  }
  $("reset").addEventListener("click", reset);
  setInterval(tick, 100);
  kandra.fetch("/").then((times) => {
    first = [times.first * 1000, times.second * 1000];
    reset();
  }).catch((error) => say(error.message));
</script>
"##;
//{{/chess}}
//{{#interval}}
const WIDGET: &str = r##"
<div class="clock">
  <p id="status" role="status">⟦Loading…|Lädt…⟧</p>
  <output id="time" role="timer" aria-live="off">–</output>
  <p id="round"></p>
  <div class="row"><button id="toggle" type="button" class="primary">Start</button><button id="reset" type="button">⟦Start over|Von vorn⟧</button></div>
</div>
<style>
  .clock { display: grid; justify-items: center; gap: var(--space-2); text-align: center; }
  .clock p { margin: 0; }
  #status { font-weight: var(--font-weight-medium); }
  #time { font-size: 3rem; line-height: 1.1; font-weight: var(--font-weight-bold); font-variant-numeric: tabular-nums; }
  .row { display: flex; gap: var(--space-2); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { if ($("status").textContent !== text) $("status").textContent = text; };
  let times = null;
  let gone = 0;
  let last = null;

  /** What is on after so many seconds: the phase, the round, what is left. */
  function at(seconds) {
    const length = times.first + times.second;
    // After the last work there is no rest.
    const whole = times.rounds * length - times.second;
    if (seconds >= whole) return { done: true, round: times.rounds, left: 0 };
    const within = seconds % length;
    const works = within < times.first;
    return { works, round: Math.floor(seconds / length) + 1, left: (works ? times.first : length) - within };
  }

  function draw() {
    const { done, works, round, left } = at(gone);
    const seconds = Math.ceil(left);
    $("time").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    $("round").textContent = `⟦Round|Runde⟧ ${round} ⟦of|von⟧ ${times.rounds}`;
    $("toggle").textContent = last === null ? (gone > 0 && !done ? "⟦Go on|Weiter⟧" : "Start") : "⟦Pause|Pause⟧";
    say(done ? "⟦Done! 🎉|Geschafft! 🎉⟧" : works ? "⟦Work|Los⟧" : "⟦Rest|Pause⟧");
    if (done) last = null;
  }

  function tick() {
    if (last === null || !times) return;
    const now = performance.now();
    gone += (now - last) / 1000;
    last = now;
    draw();
  }

  $("toggle").addEventListener("click", () => {
    tick();
    if (last === null && at(gone).done) gone = 0;
    last = last === null ? performance.now() : null;
    draw();
  });
  $("reset").addEventListener("click", () => { gone = 0; last = null; draw(); });
  setInterval(tick, 100);
  kandra.fetch("/").then((answer) => { times = answer; draw(); }).catch((error) => say(error.message));
</script>
"##;
//{{/interval}}
