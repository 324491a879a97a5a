//! The messages, newest at the bottom, and a line to type into.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<div id="messages" role="log" aria-label="⟦Messages|Nachrichten⟧" tabindex="0"></div>
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<form id="say">
  <div><label for="name">⟦Your name|Dein Name⟧</label><input id="name" maxlength="30" autocomplete="nickname"></div>
  <div><label for="text">⟦Message|Nachricht⟧</label><input id="text" maxlength="300" required autocomplete="off"></div>
  <button type="submit">⟦Send|Senden⟧</button>
</form>
<style>
  #messages { max-height: 14rem; overflow-y: auto; }
  #messages p { margin: 0; padding: var(--space-1) 0; overflow-wrap: anywhere; }
  #messages small { color: var(--color-text-secondary); margin-inline-start: var(--space-1); }
  form { display: flex; flex-wrap: wrap; align-items: end; gap: var(--space-2); margin-top: var(--space-2); }
  form div { display: grid; flex: 1 1 6rem; min-width: 0; }
  form div:nth-child(2) { flex-basis: 10rem; }
  form input { min-width: 0; }
  #status:empty { display: none; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };

  function render({ welcome, messages }) {
    const log = $("messages");
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    log.replaceChildren(...messages.map(({ name, text, at }) => {
      const item = document.createElement("p");
      const time = new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
      item.append(
        Object.assign(document.createElement("b"), { textContent: `${name}: ` }),
        text,
        Object.assign(document.createElement("small"), { textContent: time }),
      );
      return item;
    }));
    if (atEnd) log.scrollTop = log.scrollHeight;
    say(messages.length ? "" : welcome);
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));

  $("say").addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = $("name").value;
    const body = JSON.stringify({ name, text: $("text").value });
    try {
      await kandra.fetch("/", { method: "POST", headers: { "Content-Type": "application/json" }, body });
      $("say").reset();
      $("name").value = name;
      kandra.storage.set("name", name).catch(() => {});
      await refresh();
      $("messages").scrollTop = $("messages").scrollHeight;
    } catch (error) {
      say(error.message);
    }
  });
  kandra.storage.get("name").then((name) => { if (name && !$("name").value) $("name").value = name; }).catch(() => {});
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
