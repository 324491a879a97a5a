//! A button for each kind of die, the last roll large, those before it below.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<p id="result" role="status">⟦Loading…|Lädt…⟧</p>
<label for="count">⟦How many at once|Wie viele auf einmal⟧</label>
<input id="count" type="number" min="1" max="10" value="1" required>
<div id="kinds" role="group" aria-label="⟦Dice|Würfel⟧"></div>
<h3>⟦Last rolls|Letzte Würfe⟧</h3>
<ol id="rolls"></ol>
<style>
  #result { font-size: var(--font-heading-md-size); font-weight: var(--font-weight-bold); text-align: center; min-height: 1.5em; overflow-wrap: anywhere; }
  #count { width: 5rem; }
  #kinds { display: flex; flex-wrap: wrap; gap: var(--space-2); margin-top: var(--space-2); }
  #kinds button { min-width: 3.5rem; min-height: var(--target-min); }
  #rolls { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
  #rolls:empty::before { content: "⟦None yet|Noch keine⟧"; color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("result").textContent = text; };
  const name = (sides) => `⟦d|W⟧${sides}`;
  const words = ({ sides, dice }) => {
    const total = dice.reduce((sum, side) => sum + side, 0);
    return `${dice.length > 1 ? dice.length : ""}${name(sides)}: ${dice.length > 1 ? `${dice.join(" + ")} = ${total}` : total}`;
  };

  function render({ kinds, rolls }) {
    const row = $("kinds");
    if (!row.children.length) {
      for (const sides of kinds) {
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: name(sides) });
        button.setAttribute("aria-label", `⟦Roll|Würfeln:⟧ ${name(sides)}`);
        button.addEventListener("click", () => roll(sides));
        row.append(button);
      }
    }
    say(rolls.length ? words(rolls[0]) : "⟦Choose a die to roll.|Wähle einen Würfel.⟧");
    $("rolls").replaceChildren(...rolls.slice(1).map((rolled) => Object.assign(document.createElement("li"), { textContent: words(rolled) })));
  }

  function roll(sides) {
    const body = JSON.stringify({ sides, count: $("count").valueAsNumber || 1 });
    kandra.fetch("/roll", { method: "POST", headers: { "Content-Type": "application/json" }, body }).then(render).catch((error) => say(error.message));
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
