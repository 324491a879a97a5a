//! A number between two buttons. It follows `changed`, which the host publishes after every press on any page.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<div class="counter" role="group" aria-label="Shared counter">
  <button type="button" id="down" aria-label="One less">−</button>
  <output id="count" aria-live="polite">…</output>
  <button type="button" id="up" class="primary" aria-label="One more">+</button>
</div>
<p id="presses" class="muted"></p>
<p id="problem" role="alert"></p>
<style>
  .counter { display: flex; align-items: center; justify-content: center; gap: var(--space-4); margin-block: var(--space-2) var(--space-3); }
  .counter button { inline-size: var(--space-7); block-size: var(--space-7); padding: 0; border-radius: var(--border-radius-full); font-size: var(--font-heading-md-size); }
  #count { min-inline-size: 5ch; text-align: center; font-size: var(--font-heading-lg-size); line-height: 1; font-weight: var(--font-weight-bold); overflow-wrap: anywhere; }
  #presses { text-align: center; font-size: var(--font-text-sm-size); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const tell = (error) => { $("problem").textContent = error.message; };

  function show({ count, presses }) {
    $("problem").textContent = "";
    $("count").textContent = count.toLocaleString(kandra.locale);
    $("presses").textContent = presses === 1 ? "1 press so far" : `${presses.toLocaleString(kandra.locale)} presses so far`;
  }

  const refresh = () => kandra.fetch("/").then(show).catch(tell);
  for (const id of ["up", "down"]) {
    $(id).addEventListener("click", () => kandra.fetch(`/${id}`, { method: "POST" }).then(show).catch(tell));
  }
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
