//! A line to type into, and the suggestions with their supporters.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="form">
  <label id="prompt" for="text">⟦Your text|Dein Text⟧</label>
  <input id="text" maxlength="200" required autocomplete="off">
  <button type="submit">⟦Add|Eintragen⟧</button>
</form>
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<ol id="suggestions" aria-label="⟦Entries|Einträge⟧"></ol>
<style>
  form { display: grid; gap: var(--space-1); }
  form button { justify-self: start; }
  ol { list-style: none; margin: 0; padding: 0; }
  li { display: flex; align-items: center; gap: var(--space-3); padding: var(--space-1) 0; border-top: var(--border-width-regular) solid var(--color-border-secondary); }
  li button { min-width: 4rem; min-height: var(--target-min); }
  li span { overflow-wrap: anywhere; }
  #status:empty { display: none; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };

  async function send(path, body) {
    try {
      await kandra.fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
      await refresh();
      return true;
    } catch (error) {
      say(error.message);
      return false;
    }
  }

  function render({ prompt, suggestions, voting }) {
    $("prompt").textContent = prompt;
    const focused = document.activeElement?.id;
    $("suggestions").replaceChildren(...suggestions.map(({ id, text, votes }) => {
      const item = document.createElement("li");
      const button = Object.assign(document.createElement("button"), { type: "button", id: `support-${id}`, textContent: `▲ ${votes}` });
      button.setAttribute("aria-label", `▲ ${votes}: ⟦support|unterstütze⟧ ${text}`);
      button.addEventListener("click", () => send(`/suggestions/${id}/support`));
      item.append(...(voting ? [button] : []), Object.assign(document.createElement("span"), { textContent: text }));
      return item;
    }));
    if (focused) $(focused)?.focus();
    say(suggestions.length ? "" : "⟦Nothing here yet. Make the first!|Noch ist nichts da. Mach den Anfang!⟧");
  }

  function refresh() {
    return kandra.fetch("/").then(render).catch((error) => say(error.message));
  }

  $("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await send("/suggestions", { text: $("text").value })) $("form").reset();
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
