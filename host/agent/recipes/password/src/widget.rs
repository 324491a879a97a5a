//! A length, what it may hold, and the password.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="form">
  <label for="length">⟦Length|Länge⟧</label>
  <input id="length" type="number" min="6" max="64" required>
  <fieldset id="groups"><legend>⟦It holds|Es enthält⟧</legend></fieldset>
  <button type="submit" class="primary">⟦New password|Neues Passwort⟧</button>
</form>
<output id="password" aria-live="polite"></output>
<p id="status" role="status">⟦Made in your browser; it is not sent or kept.|In deinem Browser erzeugt; es wird nicht gesendet oder aufgehoben.⟧</p>
<style>
  form { display: grid; gap: var(--space-2); }
  form button { justify-self: start; }
  fieldset { border: 0; margin: 0; padding: 0; display: grid; }
  fieldset label { display: flex; align-items: center; gap: var(--space-2); min-height: var(--target-min); }
  output { display: block; margin-top: var(--space-3); font-family: var(--font-mono); font-size: var(--font-heading-sm-size); overflow-wrap: anywhere; user-select: all; }
  #status { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };

  // Numbers that would make some signs likelier than others are thrown away.
  function below(count) {
    const most = Math.floor(2 ** 32 / count) * count;
    const number = new Uint32Array(1);
    do crypto.getRandomValues(number); while (number[0] >= most);
    return number[0] % count;
  }

  const pick = (signs) => signs[below(signs.length)];

  function make(event) {
    event?.preventDefault();
    const groups = [...document.querySelectorAll("#groups input:checked")].map((box) => box.value);
    const length = Math.min(64, Math.max(6, $("length").valueAsNumber || 16));
    if (!groups.length) return say("⟦Choose at least one kind.|Wähle mindestens eine Art.⟧");
    const signs = groups.map(pick);
    while (signs.length < length) signs.push(pick(groups.join("")));
    for (let i = signs.length - 1; i > 0; i -= 1) {
      const j = below(i + 1);
      [signs[i], signs[j]] = [signs[j], signs[i]];
    }
    $("password").textContent = signs.join("");
  }

  kandra.fetch("/").then(({ length, groups }) => {
    $("length").value = length;
    groups.forEach(([name, signs]) => {
      const label = document.createElement("label");
      label.append(Object.assign(document.createElement("input"), { type: "checkbox", checked: true, value: signs }), name);
      $("groups").append(label);
    });
    make();
  }).catch((error) => say(error.message));
  $("form").addEventListener("submit", make);
</script>
"##;
