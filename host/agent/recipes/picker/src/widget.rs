//! A button, the last pick large, those before it small.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<div class="picker">
  <p id="question"></p>
  <p id="picked" role="status">Loading…</p>
  <button id="pick" type="button" class="primary">Pick one</button>
  <p id="before"></p>
</div>
<details id="edit" hidden>
  <summary>Change what can be picked</summary>
  <form id="form">
    <label for="options">One on each line</label>
    <textarea id="options" rows="5"></textarea>
    <button type="submit">Save</button>
  </form>
</details>
<style>
  .picker { display: grid; justify-items: center; gap: var(--space-2); text-align: center; }
  .picker p { margin: 0; overflow-wrap: anywhere; }
  #picked { font-size: var(--font-heading-md-size); font-weight: var(--font-weight-bold); min-height: 1.5em; }
  #before { color: var(--color-text-secondary); }
  summary { min-height: var(--target-min); }
  form { display: grid; gap: var(--space-1); justify-items: start; }
  textarea { width: 100%; box-sizing: border-box; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("picked").textContent = text; };

  function render({ question, options, picks, open }) {
    $("question").textContent = question;
    say(picks[0] ?? (options.length ? options.join(" · ") : "Nothing to pick from yet."));
    $("before").textContent = picks.length > 1 ? `Before: ${picks.slice(1).join(", ")}` : "";
    $("edit").hidden = !open;
    if (options.length === 0) $("edit").open = true;
    if (document.activeElement !== $("options")) $("options").value = options.join("\n");
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));

  $("pick").addEventListener("click", () =>
    kandra.fetch("/pick", { method: "POST" }).then(refresh).catch((error) => say(error.message)));
  $("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = JSON.stringify({ options: $("options").value.split("\n") });
    try {
      await kandra.fetch("/options", { method: "PUT", headers: { "Content-Type": "application/json" }, body });
      $("edit").open = false;
      await refresh();
    } catch (error) {
      say(error.message);
    }
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
