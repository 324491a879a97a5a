//! The text in a large field.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="form">
  <label for="text">⟦Text for everybody|Text für alle⟧</label>
  <textarea id="text" rows="10" maxlength="10000"></textarea>
  <div class="row"><button type="submit">⟦Save|Sichern⟧</button><button id="load" type="button" class="quiet" hidden>⟦Load what others wrote|Laden, was andere schrieben⟧</button></div>
</form>
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<style>
  form { display: grid; gap: var(--space-2); }
  textarea { width: 100%; box-sizing: border-box; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  let page = { version: 0, text: "" };
  const changed = () => $("text").value !== page.text;

  function take(answer) {
    page = answer;
    $("text").value = page.text;
    $("load").hidden = true;
  }

  const load = () => kandra.fetch("/").then((answer) => { take(answer); say(""); }).catch((error) => say(error.message));

  // What somebody types is never replaced under their hands.
  async function hear() {
    const answer = await kandra.fetch("/").catch(() => page);
    if (answer.version === page.version) return;
    if (!changed()) return take(answer);
    $("load").hidden = false;
    say("⟦Somebody else changed the text.|Jemand anderes hat den Text geändert.⟧");
  }

  $("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const body = JSON.stringify({ version: page.version, text: $("text").value });
      take(await kandra.fetch("/", { method: "PUT", headers: { "Content-Type": "application/json" }, body }));
      say("⟦Saved.|Gesichert.⟧");
    } catch (error) {
      $("load").hidden = false;
      say(error.message);
    }
  });
  $("load").addEventListener("click", load);
  kandra.events("changed", hear);
  load();
</script>
"##;
