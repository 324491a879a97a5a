//! One line large, a button for another, and a field for one of your own.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<figure>
  <blockquote id="line" aria-live="polite">⟦Loading…|Lädt…⟧</blockquote>
</figure>
<button id="another" type="button" class="primary" hidden>⟦Another one|Noch einer, bitte⟧</button>
<form id="form">
  <label for="text" id="invitation">⟦Add one of your own|Selbst etwas beitragen⟧</label>
  <textarea id="text" rows="2" maxlength="280" required></textarea>
  <button type="submit">⟦Add|Eintragen⟧</button>
</form>
<p id="status" role="status"></p>
<style>
  figure { margin: 0 0 var(--space-3); }
  blockquote { margin: 0; font-size: var(--font-heading-sm-size); line-height: var(--font-heading-sm-line-height); overflow-wrap: anywhere; white-space: pre-line; }
  form { display: grid; gap: var(--space-1); margin-top: var(--space-4); }
  form button { justify-self: start; }
  #status { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const post = (path, body) =>
    kandra.fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
  let shown = "";

  function render({ thing, line, count, previous }, keep) {
    const empty = count === 0 ? "⟦Nothing is in yet. Add the first!|Noch ist nichts drin. Mach den Anfang!⟧"
      : "⟦Nobody else has left anything yet. Yours waits for the next visitor.|Sonst hat noch niemand etwas hinterlassen. Deines wartet auf den nächsten Besuch.⟧";
    if (!keep || !shown) {
      shown = line ?? "";
      $("line").textContent = line ?? empty;
    }
    $("another").hidden = previous || count < 2;
    $("another").textContent = `⟦Another|Noch ein⟧ ${thing}`;
    $("invitation").textContent = previous ? "⟦Leave something for the next visitor|Hinterlass etwas für den nächsten Besuch⟧" : `⟦Add a|Neu:⟧ ${thing}`;
    if (!previous) say(count === 1 ? "⟦1 is in|1 ist drin⟧" : `${count} ⟦are in|sind drin⟧`);
  }

  const refresh = (keep) => kandra.fetch("/").then((answer) => render(answer, keep)).catch((error) => say(error.message));

  $("another").addEventListener("click", () =>
    kandra.fetch(`/another?not=${encodeURIComponent(shown)}`).then((answer) => render(answer)).catch((error) => say(error.message)));
  $("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await post("/", { text: $("text").value });
      $("form").reset();
      await refresh(true);
      say("⟦Thank you, it is in.|Danke, es ist drin.⟧");
    } catch (error) {
      say(error.message);
    }
  });
  kandra.events("changed", () => refresh(true));
  refresh();
</script>
"##;
