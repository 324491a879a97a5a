//! The time, and buttons.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<div class="timer">
  <output id="time" role="timer" aria-live="off">–:––</output>
  <p id="status" role="status">⟦Loading…|Lädt…⟧</p>
  <div class="row">
    <button id="toggle" type="button" class="primary">Start</button>
    <button id="lap" type="button" hidden>⟦Lap|Runde⟧</button>
    <button id="reset" type="button">⟦Reset|Zurück auf null⟧</button>
  </div>
  <ol id="laps" aria-label="⟦Laps|Runden⟧"></ol>
  <form id="set" hidden>
    <label for="minutes">⟦Minutes|Minuten⟧</label>
    <input id="minutes" type="number" min="0.1" max="1440" step="any" required>
    <button type="submit" class="quiet">⟦Set|Stellen⟧</button>
  </form>
</div>
<style>
  .timer { display: grid; justify-items: center; gap: var(--space-2); }
  .timer p { margin: 0; color: var(--color-text-secondary); }
  ol:empty { display: none; }
  output { font-size: var(--font-heading-lg-size); font-weight: var(--font-weight-bold); font-variant-numeric: tabular-nums; }
  .row, form:not([hidden]) { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2); }
  input { width: 5rem; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { if ($("status").textContent !== text) $("status").textContent = text; };
  let timer = null;
  let heard = 0;

  function render(answer) {
    timer = answer;
    heard = performance.now();
    $("set").hidden = timer.from === 0;
    $("lap").hidden = timer.from !== 0;
    $("lap").disabled = !timer.running;
    $("laps").replaceChildren(...timer.laps.map((at, i) => {
      const clock = (ms) => `${Math.floor(ms / 60000)}:${(ms / 1000 % 60).toFixed(1).padStart(4, "0")}`;
      return Object.assign(document.createElement("li"), { textContent: `${clock(at - (timer.laps[i - 1] ?? 0))} (${clock(at)})` });
    }));
    if (document.activeElement !== $("minutes")) $("minutes").value = timer.from / 60;
    tick();
  }

  function tick() {
    if (!timer) return;
    const passed = (timer.passed + (timer.running ? performance.now() - heard : 0)) / 1000;
    const left = timer.from ? Math.max(0, timer.from - passed) : passed;
    const whole = timer.from ? Math.ceil(left - 0.05) : Math.floor(left);
    const two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(whole / 3600);
    $("time").textContent = (hours ? `${hours}:` : "") + `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
    const over = timer.from > 0 && left <= 0;
    $("toggle").textContent = timer.running && !over ? "⟦Pause|Anhalten⟧" : "Start";
    $("toggle").disabled = over;
    say(over ? "⟦Time is up!|Die Zeit ist um!⟧" : timer.running ? "⟦Running|Läuft⟧" : passed ? "⟦Paused|Angehalten⟧" : "⟦Ready|Bereit⟧");
  }

  const send = (path, body) =>
    kandra.fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) })
      .then(render).catch((error) => say(error.message));
  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));

  $("toggle").addEventListener("click", () => send(timer?.running ? "/pause" : "/start"));
  $("lap").addEventListener("click", () => send("/lap"));
  $("reset").addEventListener("click", () => send("/reset", { seconds: timer?.from ?? 0 }));
  $("set").addEventListener("submit", (event) => {
    event.preventDefault();
    send("/reset", { seconds: Math.round($("minutes").valueAsNumber * 60) });
  });
  setInterval(tick, 200);
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
