//! A large button that changes, and the best times.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<button id="field" type="button">⟦Start|Los⟧</button>
<p id="status" role="status">⟦Press, wait until it turns green, then press at once.|Drück, warte bis es grün wird, dann drück sofort.⟧</p>
<form id="keep" hidden>
  <label for="name">⟦Your name, for the list|Dein Name, für die Liste⟧</label>
  <div class="row"><input id="name" maxlength="30" required autocomplete="name"><button type="submit">⟦Keep|Eintragen⟧</button></div>
</form>
<h3>⟦Best|Die Besten⟧</h3>
<ol id="best"></ol>
<style>
  #field { width: 100%; min-height: 8rem; font-size: var(--font-heading-md-size); white-space: normal; }
  #field.wait { background: var(--color-background-danger); color: var(--color-text-danger); }
  #field.now { background: var(--color-background-success); color: var(--color-text-success); }
  .row { display: flex; gap: var(--space-2); }
  .row input { flex: 1; min-width: 0; }
  #best { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
  #best:empty::before { content: "⟦Nobody yet|Noch niemand⟧"; color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const post = (path, body) =>
    kandra.fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
  const UNIT = (ms) => `${ms} ms`;
  let state = "ready";
  let timer = 0;
  let shown = 0;
  let last = 0;

  function become(next, text) {
    state = next;
    $("field").className = next;
    $("field").textContent = text;
  }

  function press() {
    if (state === "wait") {
      clearTimeout(timer);
      become("ready", "⟦Too early! Again|Zu früh! Noch einmal⟧");
    } else if (state === "now") {
      const time = Math.round(performance.now() - shown);
      become("ready", "⟦Again|Noch einmal⟧");
      say(`${time} ms`);
      done(Math.max(80, time));
    } else {
      $("keep").hidden = true;
      become("wait", "⟦Wait …|Warte …⟧");
      timer = setTimeout(() => {
        become("now", "⟦Now!|Jetzt!⟧");
        shown = performance.now();
      }, 1200 + Math.random() * 3000);
    }
  }

  $("field").addEventListener("pointerdown", (event) => { event.preventDefault(); $("field").focus(); press(); });
  $("field").addEventListener("keydown", (event) => {
    if ((event.key === " " || event.key === "Enter") && !event.repeat) {
      event.preventDefault();
      press();
    }
  });

  function bests({ best }) {
    $("best").replaceChildren(...best.map(({ name, result }) => Object.assign(document.createElement("li"), { textContent: `${name}: ${UNIT(result)}` })));
  }
  const refresh = () => kandra.fetch("/").then(bests).catch((error) => say(error.message));
  function done(result) {
    last = result;
    $("keep").hidden = false;
  }
  $("keep").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      bests(await post("/results", { name: $("name").value, result: last }));
      $("keep").hidden = true;
    } catch (error) {
      say(error.message);
    }
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
