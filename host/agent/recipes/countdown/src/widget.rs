//! Days, hours, minutes and seconds; the browser counts, so that nobody's time zone is guessed.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<p id="occasion">⟦Loading…|Lädt…⟧</p>
<div id="left" role="timer" aria-live="off" hidden>
  <span><b id="days">0</b><small>⟦days|Tage⟧</small></span>
  <span><b id="hours">0</b><small>⟦hours|Stunden⟧</small></span>
  <span><b id="minutes">0</b><small>⟦minutes|Minuten⟧</small></span>
  <span><b id="seconds">0</b><small>⟦seconds|Sekunden⟧</small></span>
</div>
<form id="choose" hidden>
  <label for="date">⟦Count down to|Countdown bis⟧</label>
  <input id="date" type="date" required>
  <button type="submit">⟦Set|Stellen⟧</button>
</form>
<p id="status" role="status"></p>
<style>
  #occasion { font-weight: var(--font-weight-medium); overflow-wrap: anywhere; text-align: center; }
  #left:not([hidden]) { display: grid; grid-template-columns: repeat(4, 1fr); gap: var(--space-2); text-align: center; }
  #left span { display: grid; }
  b { font-size: var(--font-heading-lg-size); font-variant-numeric: tabular-nums; }
  small, #status { color: var(--color-text-secondary); }
  form:not([hidden]) { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2); margin-top: var(--space-3); }
  #status { text-align: center; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { if ($("status").textContent !== text) $("status").textContent = text; };
  const DAY = 86_400_000;
  let target = null;
  let skew = 0;

  const clock = () => Date.now() + skew;

  // The next moment that `text` names; today counts until it is over.
  function next(text) {
    const [day, time = "00:00"] = text.split("T");
    const today = new Date(clock());
    today.setHours(0, 0, 0, 0);
    const at = (y, m, d) => {
      const [hour, minute] = time.split(":").map(Number);
      return new Date(y, m - 1, d, hour, minute);
    };
    const week = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"].indexOf(day);
    if (week >= 0) {
      const date = at(today.getFullYear(), today.getMonth() + 1, today.getDate() + ((week - today.getDay() + 7) % 7));
      return date < clock() - DAY ? new Date(date.getTime() + 7 * DAY) : date;
    }
    const parts = day.split("-").map(Number);
    if (parts.length === 3) return at(...parts);
    const date = at(today.getFullYear(), ...parts);
    return date < today ? at(today.getFullYear() + 1, ...parts) : date;
  }

  function render({ occasion, dates, open, now }) {
    skew = now - Date.now();
    const moments = dates.map(next).sort((a, b) => a - b);
    target = moments.find((moment) => moment > clock() - DAY) ?? moments.at(-1) ?? null;
    $("occasion").textContent = occasion;
    $("choose").hidden = !open;
    $("left").hidden = !target;
    if (!target) say("⟦No day is set yet. Choose one.|Noch steht kein Tag fest. Wähle einen.⟧");
    tick();
  }

  function tick() {
    if (!target) return;
    const left = Math.max(0, target - clock());
    $("days").textContent = Math.floor(left / DAY);
    $("hours").textContent = Math.floor((left / 3_600_000) % 24);
    $("minutes").textContent = Math.floor((left / 60_000) % 60);
    $("seconds").textContent = Math.floor((left / 1000) % 60);
    const day = target.toLocaleDateString(undefined, { weekday: "long", year: "numeric", month: "long", day: "numeric" });
    say(left > 0 ? day : clock() - target < DAY ? "🎉 ⟦It is today!|Heute ist es so weit!⟧" : `⟦It was on|Es war am⟧ ${day}.`);
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));

  $("choose").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const body = JSON.stringify({ date: $("date").value });
      render(await kandra.fetch("/date", { method: "PUT", headers: { "Content-Type": "application/json" }, body }));
    } catch (error) {
      say(error.message);
    }
  });
  setInterval(tick, 1000);
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
