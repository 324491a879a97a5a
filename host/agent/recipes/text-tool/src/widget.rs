//! A text in, a choice, and the text that comes out.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="form">
  <label>Text <textarea id="text" rows="3" maxlength="5000"></textarea></label>
  <label id="choice">⟦Make of it|Mach daraus⟧ <select id="tool"></select></label>
</form>
<p>⟦Result|Ergebnis⟧</p>
<output id="result" for="text tool" aria-live="polite"></output>
<p><button id="copy" type="button">⟦Use as text|Als Text übernehmen⟧</button></p>
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<style>
  form { display: grid; gap: var(--space-2); }
  form label { display: grid; }
  #choice[hidden] { display: none; }
  output { display: block; min-height: 2.5em; padding: var(--space-2); white-space: pre-wrap; overflow-wrap: anywhere; border: var(--border-width-regular) solid var(--color-border-primary); border-radius: var(--border-radius-sm); }
  #status:empty { display: none; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const post = (path, body) =>
    kandra.fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
  let asked = 0;

  async function turn() {
    const mine = (asked += 1);
    try {
      const { text } = await post("/turn", { tool: Number($("tool").value), text: $("text").value });
      if (mine === asked) $("result").textContent = text;
      say("");
    } catch (error) {
      say(error.message);
    }
  }

  let waits = 0;
  const soon = () => { clearTimeout(waits); waits = setTimeout(turn, 250); };
  $("text").addEventListener("input", soon);
  $("tool").addEventListener("change", turn);
  $("form").addEventListener("submit", (event) => { event.preventDefault(); turn(); });
  $("copy").addEventListener("click", () => { $("text").value = $("result").textContent; turn(); });
  kandra.fetch("/").then(({ tools }) => {
    $("tool").replaceChildren(...tools.map((name, i) => Object.assign(document.createElement("option"), { value: i, textContent: name })));
    $("choice").hidden = tools.length === 1;
    say("");
  }).catch((error) => say(error.message));
</script>
"##;
