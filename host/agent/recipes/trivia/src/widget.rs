//! The question and four buttons.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<p id="question">⟦Loading…|Lädt…⟧</p>
<div id="answers" role="group" aria-labelledby="question"></div>
<p id="status" role="status"></p>
<p id="score"></p>
<form id="keep" hidden>
  <label for="name">⟦Your name, for the high-score list|Dein Name, für die Bestenliste⟧</label>
  <div class="row"><input id="name" maxlength="30" required autocomplete="name"><button type="submit">⟦Enter|Eintragen⟧</button></div>
</form>
<h3>⟦High scores|Bestenliste⟧</h3>
<ol id="scores"></ol>
<style>
  #question { font-weight: var(--font-weight-medium); }
  #answers { display: grid; gap: var(--space-2); }
  #answers button { text-align: start; min-height: var(--target-min); }
  .row { display: flex; gap: var(--space-2); }
  .row input { flex: 1; min-width: 0; }
  #scores { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
  #scores:empty::before { content: "⟦Nobody yet|Noch niemand⟧"; color: var(--color-text-secondary); }
  #score { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };

  async function choose(answer) {
    try {
      const body = JSON.stringify({ answer });
      const { right, correct, next } = await kandra.fetch("/answer", { method: "POST", headers: { "Content-Type": "application/json" }, body });
      say(right ? "⟦Right!|Richtig!⟧" : `⟦It was|Richtig war⟧: ${correct}.`);
      render(next);
    } catch (error) {
      say(error.message);
    }
  }

  function render({ question, answers, streak, longest, best, scores }) {
    $("question").textContent = question;
    const row = $("answers");
    while (row.children.length < answers.length) {
      const button = Object.assign(document.createElement("button"), { type: "button" });
      button.addEventListener("click", () => choose(button.textContent));
      row.append(button);
    }
    answers.forEach((answer, i) => { row.children[i].textContent = answer; });
    $("score").textContent = `⟦In a row|Hintereinander richtig⟧: ${streak}. ⟦Best of all|Bester Wert⟧: ${best}.`;
    $("keep").hidden = longest === 0;
    $("scores").replaceChildren(...scores.map(({ name, points }) => Object.assign(document.createElement("li"), { textContent: `${name}: ${points}` })));
  }

  $("keep").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const body = JSON.stringify({ name: $("name").value });
      render(await kandra.fetch("/name", { method: "POST", headers: { "Content-Type": "application/json" }, body }));
    } catch (error) {
      say(error.message);
    }
  });
  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));

  kandra.events("changed", refresh);
  refresh();
</script>
"##;
