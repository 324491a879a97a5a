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
  <p id="status" role="status"></p>
</div>
<style>
  .counter { display: grid; justify-items: center; gap: var(--space-2); text-align: center; }
  output { font-size: var(--font-heading-lg-size); font-weight: var(--font-weight-bold); font-variant-numeric: tabular-nums; }
  #label { color: var(--color-text-secondary); overflow-wrap: anywhere; }
  .buttons { display: flex; gap: var(--space-2); }
  button { min-width: 6rem; min-height: var(--target-min); }
  #status:empty { display: none; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };

  function render({ count, label, down }) {
    $("count").textContent = count.toLocaleString();
    $("label").textContent = label;
    $("down").hidden = !down;
    say("");
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));
  const press = (path) => kandra.fetch(path, { method: "POST" }).then(render).catch((error) => say(error.message));

  $("up").addEventListener("click", () => press("/up"));
  $("down").addEventListener("click", () => press("/down"));
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
