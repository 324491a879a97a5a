//! Swatches; a press on one copies its code.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<div id="colours" class="palette" role="group" aria-label="Palette"></div>
<div class="row">
  <button id="new" type="button" class="primary">New palette</button>
  <button id="keep" type="button">Keep it</button>
</div>
<p id="status" role="status">Loading…</p>
<div id="kept"></div>
<style>
  .palette { display: flex; flex-wrap: wrap; gap: var(--space-1); margin-bottom: var(--space-2); }
  .palette button { flex: 1 0 3rem; min-width: 0; min-height: 3.5rem; font-size: var(--font-text-xs-size); padding: var(--space-1); font-family: var(--font-mono); border-radius: var(--border-radius-sm); }
  #kept .palette button { min-height: var(--target-min); font-size: 0; }
  .row { display: flex; flex-wrap: wrap; gap: var(--space-2); }
  #status { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  let current = [];

  function swatch(colour) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: colour });
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    button.style.background = colour;
    // Black or white, whichever stands out more: above this luminance black does.
    const [lr, lg, lb] = [r, g, b].map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    button.style.color = 0.2126 * lr + 0.7152 * lg + 0.0722 * lb > 0.179 ? "black" : "white";
    button.setAttribute("aria-label", `Copy ${colour}`);
    button.addEventListener("click", () => copy(colour));
    return button;
  }

  async function copy(colour) {
    try {
      await navigator.clipboard.writeText(colour);
      say(`${colour} copied`);
    } catch {
      say(colour);
    }
  }

  async function make() {
    try {
      current = (await kandra.fetch("/new")).colours;
      $("colours").replaceChildren(...current.map(swatch));
      say("Press a colour for its code.");
    } catch (error) {
      say(error.message);
    }
  }

  function render({ kept }) {
    $("kept").replaceChildren(...kept.map((colours) => {
      const row = Object.assign(document.createElement("div"), { className: "palette", role: "group", ariaLabel: "Kept palette" });
      row.append(...colours.map(swatch));
      return row;
    }));
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));

  $("new").addEventListener("click", make);
  $("keep").addEventListener("click", async () => {
    try {
      const body = JSON.stringify({ colours: current });
      render(await kandra.fetch("/kept", { method: "POST", headers: { "Content-Type": "application/json" }, body }));
      say("Kept for everybody.");
    } catch (error) {
      say(error.message);
    }
  });
  kandra.events("changed", refresh);
  make();
  refresh();
</script>
"##;
