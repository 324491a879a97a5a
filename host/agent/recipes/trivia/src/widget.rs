//! The question and four buttons.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<p id="question">Loading…</p>
<div id="answers" role="group" aria-labelledby="question"></div>
<p id="status" role="status"></p>
<p id="score"></p>
<style>
  #question { font-weight: var(--font-weight-medium); }
  #answers { display: grid; gap: var(--space-2); }
  #answers button { text-align: start; min-height: var(--target-min); }
  #score { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };

  async function choose(answer) {
    try {
      const body = JSON.stringify({ answer });
      const { right, correct, next } = await kandra.fetch("/answer", { method: "POST", headers: { "Content-Type": "application/json" }, body });
      say(right ? "Right!" : `It was: ${correct}.`);
      render(next);
    } catch (error) {
      say(error.message);
    }
  }

  function render({ question, answers, streak, best }) {
    $("question").textContent = question;
    const row = $("answers");
    while (row.children.length < answers.length) {
      const button = Object.assign(document.createElement("button"), { type: "button" });
      button.addEventListener("click", () => choose(button.textContent));
      row.append(button);
    }
    answers.forEach((answer, i) => { row.children[i].textContent = answer; });
    $("score").textContent = `In a row: ${streak}. Best of all: ${best}.`;
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));

  kandra.events("changed", refresh);
  refresh();
</script>
"##;
