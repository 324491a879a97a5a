//! A number, two units, and the answer while one types.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="form">
  <label for="value">Value</label>
  <input id="value" inputmode="decimal" value="1" maxlength="30" autocomplete="off">
  <label for="from">From</label>
  <select id="from"></select>
  <button id="swap" type="button" aria-label="Swap the units">⇅</button>
  <label for="to">To</label>
  <select id="to"></select>
</form>
<output id="result" for="value from to" aria-live="polite">Loading…</output>
<style>
  form { display: grid; grid-template-columns: auto 1fr auto; align-items: center; gap: var(--space-2); }
  #value { grid-column: 2 / 4; min-width: 0; }
  select { min-width: 0; }
  #swap { grid-row: 2 / 4; grid-column: 3; }
  output { display: block; margin-top: var(--space-3); font-size: var(--font-heading-sm-size); overflow-wrap: anywhere; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("result").textContent = text; };
  let kinds = [];
  let asked = 0;

  function fill(select, offered, chosen) {
    select.replaceChildren(...offered.map(({ kind, units }) => {
      const group = Object.assign(document.createElement("optgroup"), { label: kind });
      group.append(...units.map(({ id, name }) => new Option(name, id, false, id === chosen)));
      return group;
    }));
  }

  const kindOf = (id) => kinds.find(({ units }) => units.some((unit) => unit.id === id));
  const name = (select) => select.selectedOptions[0]?.textContent ?? "";

  // The second list only offers what the first can become.
  function match(chosen) {
    const kind = kindOf($("from").value);
    const fits = kind.units.some(({ id }) => id === chosen);
    fill($("to"), [kind], fits ? chosen : kind.units.find(({ id }) => id !== $("from").value).id);
  }

  async function convert() {
    const turn = ++asked;
    if (!$("value").value.trim()) return say("Type a number.");
    const query = new URLSearchParams({ value: $("value").value, from: $("from").value, to: $("to").value });
    try {
      const { value, result } = await kandra.fetch(`/convert?${query}`);
      const digits = { maximumSignificantDigits: 8 };
      if (turn === asked) say(`${value.toLocaleString()} ${name($("from"))} = ${result.toLocaleString(undefined, digits)} ${name($("to"))}`);
    } catch (error) {
      if (turn === asked) say(error.message);
    }
  }

  $("value").addEventListener("input", convert);
  $("from").addEventListener("change", () => { match($("to").value); convert(); });
  $("to").addEventListener("change", convert);
  $("swap").addEventListener("click", () => {
    const [from, to] = [$("to").value, $("from").value];
    $("from").value = from;
    match(to);
    convert();
  });
  $("form").addEventListener("submit", (event) => event.preventDefault());
  kandra.fetch("/").then((answer) => {
    kinds = answer.kinds;
    fill($("from"), kinds, answer.from);
    match(answer.to);
    return convert();
  }).catch((error) => say(error.message));
</script>
"##;
