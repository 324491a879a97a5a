//! The line of the day.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<figure>
  <blockquote id="line" aria-live="polite">⟦Loading…|Lädt…⟧</blockquote>
  <figcaption id="which"></figcaption>
</figure>
<button id="another" type="button">⟦Another one|Noch einer⟧</button>
<style>
  figure { margin: 0 0 var(--space-3); }
  blockquote { margin: 0; font-size: var(--font-heading-sm-size); line-height: var(--font-heading-sm-line-height); overflow-wrap: anywhere; white-space: pre-line; }
  figcaption { margin-top: var(--space-2); color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);

  async function show(path, caption) {
    try {
      const { thing, line } = await kandra.fetch(path);
      $("line").textContent = line;
      $("which").textContent = caption(thing);
    } catch (error) {
      $("which").textContent = error.message;
    }
  }

  $("another").addEventListener("click", () => show("/random", (thing) => `⟦A|Ein⟧ ${thing}, ⟦picked at random|zufällig gewählt⟧`));
  show("/", (thing) => `⟦Today’s ${thing}|${thing} von heute⟧`);
</script>
"##;
