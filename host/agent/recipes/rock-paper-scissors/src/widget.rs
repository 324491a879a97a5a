//! Three buttons and the score.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<div class="game">
  <div role="group" aria-label="Your hand">
    <button type="button" data-hand="rock" aria-label="Rock">✊</button>
    <button type="button" data-hand="paper" aria-label="Paper">✋</button>
    <button type="button" data-hand="scissors" aria-label="Scissors">✌️</button>
  </div>
  <p id="status" role="status">Choose your hand.</p>
  <p id="score"></p>
</div>
<style>
  .game { display: grid; justify-items: center; gap: var(--space-2); text-align: center; }
  .game p { margin: 0; }
  .game button { font-size: var(--font-heading-lg-size); min-width: 4rem; min-height: 4rem; }
  #score { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const verdict = { visitors: "You win!", house: "The house wins.", draw: "A draw." };

  function render({ visitors, house, draws }) {
    $("score").textContent = `Visitors ${visitors} : ${house} House, ${draws} draws`;
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));

  for (const button of document.querySelectorAll("[data-hand]")) {
    button.addEventListener("click", async () => {
      try {
        const body = JSON.stringify({ hand: button.dataset.hand });
        const { you, house, result, score } = await kandra.fetch("/play", { method: "POST", headers: { "Content-Type": "application/json" }, body });
        say(`You: ${you}. House: ${house}. ${verdict[result]}`);
        render(score);
      } catch (error) {
        say(error.message);
      }
    });
  }
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
