//! A number to type, and what was guessed before.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="form">
  <label id="label" for="number">Your guess</label>
  <div class="row">
    <input id="number" type="number" inputmode="numeric" required>
    <button type="submit">Guess</button>
  </div>
</form>
<p id="status" role="status">Loading…</p>
<ol id="guesses" aria-label="Guesses, newest first"></ol>
<style>
  .row { display: flex; gap: var(--space-2); }
  .row input { flex: 1; min-width: 0; }
  ol { display: flex; flex-wrap: wrap; gap: var(--space-2); list-style: none; margin: 0; padding: 0; }
  li { padding: var(--space-1) var(--space-2); border-radius: var(--border-radius-sm); background: var(--color-background-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };

  function render({ low, high, hint, guesses, tries, best, found }) {
    $("label").textContent = `Your guess, ${low} to ${high}`;
    $("number").min = low;
    $("number").max = high;
    const record = best ? ` Best: ${best}.` : "";
    say(
      hint === "found" ? `Found! A new round begins.${record}`
        : hint ? `The number is ${hint}.${record}`
        : tries ? `${tries} guesses so far.${record}` : `A new number waits. Found so far: ${found}.${record}`,
    );
    $("guesses").replaceChildren(...guesses.map(({ number, hint }) =>
      Object.assign(document.createElement("li"), { textContent: `${number} ${hint === "higher" ? "↑ higher" : "↓ lower"}` })));
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));

  $("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const body = JSON.stringify({ number: $("number").valueAsNumber });
      render(await kandra.fetch("/guess", { method: "POST", headers: { "Content-Type": "application/json" }, body }));
      $("form").reset();
    } catch (error) {
      say(error.message);
    }
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
