//! A large button to click, the time, and the best results.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<button id="field" type="button">⟦Start clicking|Losklicken⟧</button>
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<form id="keep" hidden>
  <label for="name">⟦Your name, for the list|Dein Name, für die Liste⟧</label>
  <div class="row"><input id="name" maxlength="30" required autocomplete="name"><button type="submit">⟦Keep|Eintragen⟧</button></div>
</form>
<h3>⟦Best|Bestenliste⟧</h3>
<ol id="best"></ol>
<style>
  #field { width: 100%; min-height: 8rem; font-size: var(--font-heading-md-size); white-space: normal; touch-action: manipulation; }
  .row { display: flex; gap: var(--space-2); }
  .row input { flex: 1; min-width: 0; }
  #best { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
  #best:empty::before { content: "⟦Nobody yet|Noch niemand⟧"; color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  let seconds = 10;
  let ends = 0;
  let clicks = 0;
  let rests = 0;

  function press() {
    const now = performance.now();
    if (ends === 0) {
      if (now < rests) return;
      clicks = 0;
      ends = now + seconds * 1000;
      $("keep").hidden = true;
      say("⟦Go!|Los!⟧");
    }
    clicks += 1;
    $("field").textContent = clicks;
  }

  function tick() {
    if (ends === 0) return;
    const left = (ends - performance.now()) / 1000;
    if (left > 0) {
      $("field").textContent = `${clicks} · ${left.toFixed(1)} s`;
      return;
    }
    ends = 0;
    // Whoever still clicks does not start the next round by it.
    rests = performance.now() + 1500;
    $("field").textContent = "⟦Again|Noch einmal⟧";
    say(`${clicks} ⟦clicks in|Klicks in⟧ ${seconds} ⟦seconds|Sekunden⟧`);
    $("keep").hidden = false;
  }

  function render(answer) {
    seconds = answer.seconds;
    $("best").replaceChildren(...answer.best.map(({ name, result }) => Object.assign(document.createElement("li"), { textContent: `${name}: ${result}` })));
  }

  $("field").addEventListener("click", press);
  $("keep").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const body = JSON.stringify({ name: $("name").value, result: clicks });
      render(await kandra.fetch("/results", { method: "POST", headers: { "Content-Type": "application/json" }, body }));
      $("keep").hidden = true;
    } catch (error) {
      say(error.message);
    }
  });
  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));
  setInterval(tick, 100);
  kandra.events("changed", refresh);
  refresh().then(() => say(`⟦Click as often as you can in|Klicke so oft du kannst in⟧ ${seconds} ⟦seconds|Sekunden⟧.`));
</script>
"##;
