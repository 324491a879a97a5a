//! Three figures, each with a dash while its feature is away, and a button that presses elsewhere.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<dl id="desk" aria-live="polite">
  <div><dt>Shared count</dt><dd id="count">…</dd></div>
  <div><dt>Newest links</dt><dd id="links">…</dd></div>
  <div><dt>Their visits</dt><dd id="visits">…</dd></div>
</dl>
<p class="row"><button type="button" id="press">Press the counter</button><span id="problem" role="alert"></span></p>
<style>
  #desk { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: var(--space-3); margin: 0 0 var(--space-3); }
  #desk div { padding: var(--space-2); border-radius: var(--border-radius-md); background: var(--color-background-secondary); text-align: center; }
  dt { font-size: var(--font-text-sm-size); color: var(--color-text-secondary); overflow-wrap: anywhere; }
  dd { margin: 0; font-size: var(--font-heading-md-size); font-weight: var(--font-weight-bold); overflow-wrap: anywhere; }
</style>
<script>
  const EVERY = 15_000;
  const $ = (id) => document.getElementById(id);
  const tell = (error) => { $("problem").textContent = error ? error.message : ""; };

  function render(desk) {
    for (const id of ["count", "links", "visits"]) {
      $(id).textContent = desk[id] === null ? "–" : desk[id].toLocaleString(kandra.locale);
      $(id).title = desk[id] === null ? "not there just now" : "";
    }
  }

  const refresh = () => kandra.fetch("/").then(render).catch(tell);
  $("press").addEventListener("click", async () => {
    try {
      await kandra.fetch("/press", { method: "POST" });
      tell();
    } catch (error) { tell(error); }
  });
  kandra.events("changed", refresh);
  // Others are pressed and followed without this feature's knowledge.
  setInterval(() => { if (!document.hidden) refresh(); }, EVERY);
  refresh();
</script>
"##;
