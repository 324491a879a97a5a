//! A form, and the entries below it.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="sign">
  <label for="name">⟦Your name|Dein Name⟧</label>
  <input id="name" maxlength="40" required autocomplete="name">
  <label for="message">⟦Your message|Deine Nachricht⟧</label>
  <textarea id="message" maxlength="500" rows="3" required></textarea>
  <button id="send" type="submit">⟦Sign|Eintragen⟧</button>
</form>
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<ol id="entries" aria-label="⟦Entries, newest first|Einträge, die neuesten zuerst⟧"></ol>
<style>
  form { display: grid; gap: var(--space-1); }
  form button { justify-self: start; margin-top: var(--space-2); }
  ol { list-style: none; margin: 0; padding: 0; }
  li { padding: var(--space-2) 0; border-top: var(--border-width-regular) solid var(--color-border-secondary); }
  li p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
  li small { color: var(--color-text-secondary); overflow-wrap: anywhere; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const element = (name, text) => Object.assign(document.createElement(name), { textContent: text });

  function render({ invitation, entries }) {
    $("send").textContent = invitation;
    say(entries.length ? "" : "⟦Nobody has written yet. Be the first!|Noch hat niemand geschrieben. Mach den Anfang!⟧");
    $("entries").replaceChildren(...entries.map(({ name, message, at }) => {
      const item = document.createElement("li");
      item.append(element("p", message), element("small", `${name}, ${new Date(at).toLocaleString()}`));
      return item;
    }));
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));

  $("sign").addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = $("name").value;
    const body = JSON.stringify({ name, message: $("message").value });
    try {
      await kandra.fetch("/", { method: "POST", headers: { "Content-Type": "application/json" }, body });
      $("sign").reset();
      $("name").value = name;
      await refresh();
    } catch (error) {
      say(error.message);
    }
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
