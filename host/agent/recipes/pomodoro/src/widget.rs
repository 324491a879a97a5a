//! The phase, the time left of it, and buttons.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<div class="timer">
  <p id="phase" role="status">⟦Loading…|Lädt…⟧</p>
  <output id="time" role="timer" aria-live="off">–:––</output>
  <div class="row">
    <button id="toggle" type="button" class="primary">Start</button>
    <button id="reset" type="button">⟦Start over|Von vorn⟧</button>
  </div>
  <p id="status"></p>
</div>
<style>
  .timer { display: grid; justify-items: center; gap: var(--space-2); text-align: center; }
  .timer p { margin: 0; }
  output { font-size: var(--font-heading-lg-size); font-weight: var(--font-weight-bold); font-variant-numeric: tabular-nums; }
  .row { display: flex; flex-wrap: wrap; gap: var(--space-2); }
  #phase { font-weight: var(--font-weight-medium); }
  #status { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { if ($("status").textContent !== text) $("status").textContent = text; };
  let timer = null;
  let heard = 0;

  function render(answer) {
    timer = answer;
    heard = performance.now();
    tick();
  }

  function tick() {
    if (!timer) return;
    const passed = timer.passed / 1000 + (timer.running ? (performance.now() - heard) / 1000 : 0);
    const whole = timer.work + timer.break;
    const within = passed % whole;
    const works = within < timer.work;
    const left = Math.ceil((works ? timer.work : whole) - within - 0.05);
    $("time").textContent = `${String(Math.floor(left / 60)).padStart(2, "0")}:${String(left % 60).padStart(2, "0")}`;
    const phase = `${works ? "⟦Work|Arbeit⟧" : "⟦Break|Pause⟧"}, ⟦round|Runde⟧ ${Math.floor(passed / whole) + 1}`;
    if ($("phase").textContent !== phase) $("phase").textContent = phase;
    $("toggle").textContent = timer.running ? "⟦Pause|Anhalten⟧" : "Start";
    const time = (seconds) => seconds % 60 ? `${seconds} s` : `${seconds / 60} min`;
    say(`${time(timer.work)} ⟦work|Arbeit⟧, ${time(timer.break)} ⟦break|Pause⟧`);
  }

  const send = (path) => kandra.fetch(path, { method: "POST" }).then(render).catch((error) => say(error.message));
  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));
  $("toggle").addEventListener("click", () => send(timer?.running ? "/pause" : "/start"));
  $("reset").addEventListener("click", () => send("/reset"));
  setInterval(tick, 200);
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
