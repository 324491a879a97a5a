//! The last roll large, those before it small.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<div class="dice">
  <div id="dice" role="img" aria-live="polite"></div>
  <p id="status" role="status">⟦Loading…|Lädt…⟧</p>
  <button id="roll" type="button" class="primary">⟦Roll|Würfeln⟧</button>
  <p id="before"></p>
</div>
<style>
  .dice { display: grid; justify-items: center; gap: var(--space-2); text-align: center; }
  #dice { display: flex; flex-wrap: wrap; justify-content: center; gap: var(--space-2); min-height: 3.5rem; }
  #dice span {
    display: grid; place-items: center; min-width: 3.5rem; height: 3.5rem; padding: 0 var(--space-2); font-size: var(--font-heading-md-size);
    font-weight: var(--font-weight-bold); font-variant-numeric: tabular-nums; border-radius: var(--border-radius-md);
    border: var(--border-width-regular) solid var(--color-border-primary); background: var(--color-background-secondary);
  }
  @media (prefers-reduced-motion: no-preference) { #dice.rolling span { animation: roll 0.4s; } }
  @keyframes roll { from { transform: rotate(-180deg) scale(0.6); } }
  #roll { min-width: 8rem; }
  #before { color: var(--color-text-secondary); overflow-wrap: anywhere; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const total = (dice) => dice.reduce((sum, side) => sum + side, 0);
  let shown = "";

  function render({ count, low, high, rolls }) {
    const [last] = rolls;
    $("dice").replaceChildren(...(last ?? Array(count).fill("?")).map((side) =>
      Object.assign(document.createElement("span"), { textContent: side })));
    $("dice").setAttribute("aria-label", last ? last.join(", ") : "⟦Not rolled yet|Noch nicht gewürfelt⟧");
    const text = JSON.stringify(rolls);
    if (shown && text !== shown) {
      $("dice").className = "";
      void $("dice").offsetWidth;
      $("dice").className = "rolling";
    }
    shown = text;
    if (!last) say(`${count === 1 ? "⟦One throw|Ein Wurf⟧" : `${count} ⟦dice|Würfel⟧`}, ${low} ⟦to|bis⟧ ${high}.`);
    else say(last.length === 1 ? "⟦Rolled|Gewürfelt⟧" : `${last.join(" + ")} = ${total(last)}`);
    $("before").textContent = last ? `⟦Last rolls|Letzte Würfe⟧ (${rolls.length}): ${rolls.map(total).join(", ")}` : "";
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));

  $("roll").addEventListener("click", () =>
    kandra.fetch("/roll", { method: "POST" }).then(refresh).catch((error) => say(error.message)));
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
