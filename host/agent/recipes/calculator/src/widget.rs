//! A line to type into, and keys.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="form">
  <label for="sum">Calculate</label>
  <input id="sum" inputmode="text" maxlength="200" autocomplete="off" placeholder="3 * (4 + 5)">
  <output id="result" for="sum" aria-live="polite"></output>
  <div id="keys"></div>
</form>
<style>
  form { display: grid; gap: var(--space-2); }
  #sum { text-align: end; min-width: 0; }
  output { text-align: end; min-height: 1.5em; font-size: var(--font-heading-sm-size); font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
  #keys { display: grid; grid-template-columns: repeat(4, 1fr); gap: var(--space-1); }
  #keys button { min-height: var(--target-min); padding: 0; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const names = { "÷": "divided by", "×": "times", "−": "minus", "+": "plus", "=": "equals", C: "clear", "⌫": "backspace", "(": "open bracket", ")": "close bracket", "^": "to the power of" };

  async function calculate() {
    if (!$("sum").value.trim()) return;
    try {
      const { result } = await kandra.fetch(`/calculate?${new URLSearchParams({ sum: $("sum").value })}`);
      $("result").textContent = `= ${result.toLocaleString(undefined, { maximumSignificantDigits: 12 })}`;
    } catch (error) {
      $("result").textContent = error.message;
    }
  }

  function press(key) {
    if (key === "=") return calculate();
    if (key === "C") $("sum").value = $("result").textContent = "";
    else if (key === "⌫") $("sum").value = $("sum").value.slice(0, -1);
    else $("sum").value += key;
  }

  for (const key of "C()⌫789÷456×123−0.^+".split("").concat("=")) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: key });
    if (names[key]) button.setAttribute("aria-label", names[key]);
    if (key === "=") button.style.gridColumn = "1 / -1";
    button.addEventListener("click", () => press(key));
    $("keys").append(button);
  }
  $("form").addEventListener("submit", (event) => {
    event.preventDefault();
    calculate();
  });
</script>
"##;
