//! A field to ask, and each question with its answers and a field for one more.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="ask">
  <label id="prompt" for="text">⟦Your question|Deine Frage⟧</label>
  <textarea id="text" rows="2" maxlength="400" required></textarea>
  <button type="submit">⟦Post|Abschicken⟧</button>
</form>
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<ul id="questions"></ul>
<style>
  #ask { display: grid; gap: var(--space-1); }
  #ask button { justify-self: start; }
  #questions, #questions ul { list-style: none; margin: 0; padding: 0; }
  #questions > li { border-top: var(--border-width-regular) solid var(--color-border-secondary); padding: var(--space-2) 0; }
  #questions p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
  #questions > li > p { font-weight: var(--font-weight-medium); }
  #questions li li { margin: var(--space-1) 0 0 var(--space-3); padding-inline-start: var(--space-2); border-inline-start: 3px solid var(--color-border-primary); overflow-wrap: anywhere; white-space: pre-wrap; }
  .reply { display: flex; gap: var(--space-2); margin-top: var(--space-2); }
  .reply input { flex: 1; min-width: 0; }
  #status:empty { display: none; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const post = (path, body) =>
    kandra.fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
  const rows = new Map();

  function row({ id, text }) {
    const item = document.createElement("li");
    const answers = document.createElement("ul");
    const form = Object.assign(document.createElement("form"), { className: "reply" });
    const field = Object.assign(document.createElement("input"), { maxLength: 400, required: true, autocomplete: "off", placeholder: "⟦Answer|Antwort⟧" });
    field.setAttribute("aria-label", `⟦Answer to|Antwort auf⟧: ${text}`);
    form.append(field, Object.assign(document.createElement("button"), { type: "submit", textContent: "⟦Answer|Antworten⟧" }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      post(`/questions/${id}/answers`, { text: field.value }).then(() => { form.reset(); return refresh(); }).catch((error) => say(error.message));
    });
    item.append(Object.assign(document.createElement("p"), { textContent: text }), answers, form);
    return { item, answers };
  }

  function render({ prompt, questions }) {
    $("prompt").textContent = prompt;
    for (const question of [...questions].reverse()) {
      if (!rows.has(question.id)) {
        rows.set(question.id, row(question));
        $("questions").prepend(rows.get(question.id).item);
      }
      rows.get(question.id).answers.replaceChildren(...question.answers.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    }
    say(questions.length ? "" : "⟦Nothing here yet. Begin!|Noch ist nichts da. Mach den Anfang!⟧");
  }

  function refresh() {
    return kandra.fetch("/").then(render).catch((error) => say(error.message));
  }

  $("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    post("/questions", { text: $("text").value }).then(() => { $("ask").reset(); return refresh(); }).catch((error) => say(error.message));
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
