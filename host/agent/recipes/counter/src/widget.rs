//! The number, and buttons as large as a thumb.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<div class="counter">
  <output id="count" aria-live="polite" aria-describedby="label">…</output>
  <span id="label"></span>
  <div class="buttons">
    <button id="down" type="button" aria-label="⟦One less: −1|Eins weniger: −1⟧" hidden>−1</button>
    <button id="up" type="button" class="primary" aria-label="⟦One more: +1|Eins mehr: +1⟧">+1</button>
  </div>
  <p id="days" hidden></p>
  <p id="status" role="status"></p>
</div>
<style>
  .counter { display: grid; justify-items: center; gap: var(--space-2); text-align: center; }
  output { font-size: var(--font-heading-lg-size); font-weight: var(--font-weight-bold); font-variant-numeric: tabular-nums; }
  #label { color: var(--color-text-secondary); overflow-wrap: anywhere; }
  .buttons { display: flex; gap: var(--space-2); }
  button { min-width: 6rem; min-height: var(--target-min); }
  #up.red { background: var(--color-background-danger); color: var(--color-text-danger); border-color: currentColor; min-width: 10rem; min-height: 6rem; font-size: var(--font-heading-md-size); }
  #days { margin: 0; color: var(--color-text-secondary); font-variant-numeric: tabular-nums; }
  #status:empty { display: none; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };

  function render({ count, label, down, daily, red, yesterday, total }) {
    $("count").textContent = count.toLocaleString();
    $("label").textContent = label;
    $("down").hidden = !down;
    $("up").classList.toggle("red", red);
    $("days").hidden = !daily;
    $("days").textContent = `⟦Yesterday|Gestern⟧: ${yesterday.toLocaleString()} · ⟦in total|insgesamt⟧: ${total.toLocaleString()} · ⟦the day begins at midnight UTC|der Tag beginnt um Mitternacht UTC⟧`;
    say("");
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));
  const press = (path) => kandra.fetch(path, { method: "POST" }).then(render).catch((error) => say(error.message));

  $("up").addEventListener("click", () => press("/up"));
  $("down").addEventListener("click", () => press("/down"));
  setInterval(refresh, 300000);
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
