//! A form, and who answered what.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<p id="event">⟦Loading…|Lädt…⟧</p>
<form id="form">
  <label for="name">⟦Your name|Dein Name⟧</label>
  <input id="name" maxlength="60" required autocomplete="name">
  <label for="answer">⟦Your answer|Deine Antwort⟧</label>
  <select id="answer"></select>
  <label for="note">⟦Note, if any|Bemerkung, falls nötig⟧</label>
  <input id="note" maxlength="60" autocomplete="off">
  <button type="submit">⟦Answer|Antworten⟧</button>
</form>
<p id="status" role="status"></p>
<ul id="replies"></ul>
<style>
  #event { font-weight: var(--font-weight-medium); overflow-wrap: anywhere; }
  form { display: grid; gap: var(--space-1); }
  form button { justify-self: start; margin-top: var(--space-2); }
  ul { list-style: none; margin: 0; padding: 0; }
  li { display: flex; align-items: center; gap: var(--space-2); border-bottom: var(--border-width-regular) solid var(--color-border-secondary); }
  li span { flex: 1; overflow-wrap: anywhere; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };

  async function change(path, init) {
    try {
      await kandra.fetch(path, init);
      await refresh();
    } catch (error) {
      say(error.message);
    }
  }

  function render({ event, answers, replies, coming }) {
    $("event").textContent = event;
    if ($("answer").options.length === 0) $("answer").append(...answers.map((answer) => new Option(answer)));
    $("replies").replaceChildren(...replies.map(({ name, answer, note }) => {
      const item = document.createElement("li");
      const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
      remove.setAttribute("aria-label", `⟦Take off the list:|Von der Liste nehmen:⟧ ${name}`);
      remove.addEventListener("click", () => change(`/answers/${encodeURIComponent(name)}`, { method: "DELETE" }));
      const text = `${name}: ${answer}${note ? ` (${note})` : ""}`;
      item.append(Object.assign(document.createElement("span"), { textContent: text }), remove);
      return item;
    }));
    say(replies.length ? `${answers[0]}: ${coming} ⟦of|von⟧ ${replies.length}` : "⟦Nobody has answered yet.|Noch hat niemand geantwortet.⟧");
  }

  function refresh() {
    return kandra.fetch("/").then(render).catch((error) => say(error.message));
  }

  $("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const body = JSON.stringify({ name: $("name").value, answer: $("answer").value, note: $("note").value });
    change("/answers", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
