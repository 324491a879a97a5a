//! The text so far, and a field to go on.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<div id="story" tabindex="0" role="region" aria-label="⟦The text so far|Der Text bisher⟧">⟦Loading…|Lädt…⟧</div>
<form id="form">
  <label id="label" for="text">⟦How does it go on?|Wie geht es weiter?⟧</label>
  <textarea id="text" rows="2" maxlength="240" required></textarea>
  <button id="add" type="submit">⟦Add|Anhängen⟧</button>
</form>
<p id="status" role="status"></p>
<style>
  #story { max-height: 20rem; overflow-y: auto; white-space: pre-wrap; overflow-wrap: anywhere; margin-bottom: var(--space-3); line-height: var(--font-text-md-line-height); }
  form { display: grid; gap: var(--space-1); }
  form button { justify-self: start; }
  #status { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const post = (path, body) =>
    kandra.fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });

  function render({ opening, pieces, waits }) {
    const all = (opening ? [opening] : []).concat(pieces);
    $("story").textContent = all.length ? all.join(" ") : "⟦Nothing is written yet. Begin!|Noch steht nichts da. Fang an!⟧";
    $("story").scrollTop = $("story").scrollHeight;
    $("add").disabled = waits;
    say(waits ? "⟦You wrote last: now somebody else goes on.|Du hast zuletzt geschrieben: jetzt macht jemand anderes weiter.⟧" : "");
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));

  $("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await post("/", { text: $("text").value });
      $("form").reset();
      await refresh();
    } catch (error) {
      say(error.message);
    }
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
