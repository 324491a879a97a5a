//! The days, large, and a button for when it happened.
use crate::WHAT;
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET.replace("[what]", &escape(WHAT)))
}

const WIDGET: &str = r##"
<div class="since">
  <output id="days" aria-label="[what]">–</output>
  <p>[what]</p>
  <p id="status" role="status">⟦Loading…|Lädt…⟧</p>
  <button id="today" type="button">⟦It happened today|Heute ist es passiert⟧</button>
  <form id="form"><label for="ago">⟦Or days ago|Oder vor Tagen⟧</label> <input id="ago" type="number" min="0" max="36500" step="1" required> <button type="submit">⟦Set|Setzen⟧</button></form>
</div>
<style>
  .since { display: grid; justify-items: center; gap: var(--space-2); text-align: center; }
  .since p { margin: 0; overflow-wrap: anywhere; }
  #days { font-size: 3.5rem; line-height: 1.1; font-weight: var(--font-weight-bold); font-variant-numeric: tabular-nums; }
  #status { color: var(--color-text-secondary); }
  form { display: flex; flex-wrap: wrap; gap: var(--space-2); align-items: center; justify-content: center; }
  #ago { width: 6em; }
</style>
<script>
  const $ = (id) => document.getElementById(id);

  function render({ days, record }) {
    $("days").textContent = days.toLocaleString();
    $("status").textContent = `⟦Longest so far|Am längsten bisher⟧: ${record.toLocaleString()} ${record === 1 ? "⟦day|Tag⟧" : "⟦days|Tage⟧"}`;
  }

  async function set(days) {
    try {
      render(await kandra.fetch("/since", { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ days }) }));
    } catch (error) {
      $("status").textContent = error.message;
    }
  }

  $("today").addEventListener("click", () => set(0));
  $("form").addEventListener("submit", (event) => {
    event.preventDefault();
    set(Number($("ago").value));
    $("form").reset();
  });
  const refresh = () => kandra.fetch("/").then(render).catch((error) => { $("status").textContent = error.message; });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
