//! Fields, and what comes of them.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="form"></form>
<dl id="results" aria-live="polite"></dl>
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<style>
  form { display: grid; gap: var(--space-2); }
  form label { display: grid; }
  dl { display: grid; grid-template-columns: 1fr auto; gap: var(--space-1) var(--space-3); margin: var(--space-3) 0 0; }
  dd { margin: 0; text-align: end; font-variant-numeric: tabular-nums; font-weight: var(--font-weight-bold); font-size: var(--font-heading-sm-size); }
  #status:empty { display: none; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  let asked = 0;

  async function reckon() {
    const mine = (asked += 1);
    const values = new URLSearchParams([...document.querySelectorAll("#form input")].map((input, i) => [`v${i}`, input.value]));
    try {
      const { results } = await kandra.fetch(`/results?${values}`);
      if (mine !== asked) return;
      $("results").replaceChildren(...results.flatMap(({ name, text }) => [
        Object.assign(document.createElement("dt"), { textContent: name }),
        Object.assign(document.createElement("dd"), { textContent: text }),
      ]));
      say("");
    } catch (error) {
      if (mine === asked) say(error.message);
    }
  }

  kandra.fetch("/").then(({ inputs }) => {
    $("form").replaceChildren(...inputs.map(({ name, date, value }, i) => {
      const label = Object.assign(document.createElement("label"), { textContent: name });
      const input = Object.assign(document.createElement("input"), { type: date ? "date" : "number", id: `v${i}`, value, required: true });
      if (!date) input.step = "any";
      input.addEventListener("input", reckon);
      label.append(input);
      return label;
    }));
    return reckon();
  }).catch((error) => say(error.message));
  $("form").addEventListener("submit", (event) => { event.preventDefault(); reckon(); });
</script>
"##;
