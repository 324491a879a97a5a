//! A bar that fills, a button for one more, a field for any amount.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<progress id="bar" value="0" max="1" aria-label="⟦How far it is|Wie weit es ist⟧"></progress>
<div class="row">
  <button id="more" type="button" class="primary">+1</button>
  <button id="less" type="button" aria-label="−1 ⟦(one less)|(eins weniger)⟧">−1</button>
</div>
<form id="form"><label for="amount">⟦Or add|Oder dazu⟧</label> <input id="amount" type="number" step="1" required> <button type="submit">⟦Add|Dazu⟧</button></form>
<style>
  #status { font-size: var(--font-heading-sm-size); font-weight: var(--font-weight-medium); margin: 0; }
  progress { width: 100%; height: 1.5rem; accent-color: var(--color-accent); }
  .row, form { display: flex; flex-wrap: wrap; gap: var(--space-2); align-items: center; margin-top: var(--space-2); }
  #more { flex: 1; }
  #amount { width: 6em; }
</style>
<script>
  const $ = (id) => document.getElementById(id);

  function render({ goal, unit, sum, reached }) {
    $("bar").max = goal;
    $("bar").value = Math.min(sum, goal);
    $("status").textContent = `${sum.toLocaleString()} ⟦of|von⟧ ${goal.toLocaleString()} ${unit}` + (reached ? " 🎉" : "");
    $("less").disabled = sum === 0;
  }

  async function add(amount) {
    try {
      render(await kandra.fetch("/amounts", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ amount }) }));
    } catch (error) {
      $("status").textContent = error.message;
    }
  }

  $("more").addEventListener("click", () => add(1));
  $("less").addEventListener("click", () => add(-1));
  $("form").addEventListener("submit", (event) => {
    event.preventDefault();
    add(Number($("amount").value));
    $("form").reset();
  });
  const refresh = () => kandra.fetch("/").then(render).catch((error) => { $("status").textContent = error.message; });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
