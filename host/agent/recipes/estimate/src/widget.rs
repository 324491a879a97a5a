//! Name and number, and what others guessed.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<p id="question"></p>
<form id="form">
  <label>⟦Your name|Dein Name⟧ <input id="name" maxlength="40" required autocomplete="name"></label>
  <label>⟦Your guess|Deine Schätzung⟧ <input id="number" type="number" step="any" required></label>
  <button type="submit">⟦Guess|Schätzen⟧</button>
</form>
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<ol id="guesses" aria-label="⟦Guesses|Schätzungen⟧"></ol>
<details id="reveal" hidden>
  <summary>⟦Tell the true number|Die wahre Zahl verraten⟧</summary>
  <form id="tell">
    <label>⟦True number|Wahre Zahl⟧ <input id="truth" type="number" step="any" required></label>
    <button type="submit">⟦Tell, and end the guessing|Verraten und das Raten beenden⟧</button>
  </form>
</details>
<style>
  #question { font-weight: var(--font-weight-medium); overflow-wrap: anywhere; }
  form { display: grid; gap: var(--space-2); }
  form label { display: grid; }
  form button { justify-self: start; }
  summary { min-height: var(--target-min); }
  li { overflow-wrap: anywhere; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const post = (path, body) =>
    kandra.fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });

  function render({ question, guesses, count, average, truth, reveal }) {
    $("question").textContent = question;
    $("form").hidden = truth !== null;
    $("reveal").hidden = !reveal || truth !== null || count === 0;
    const number = (value) => value.toLocaleString(undefined, { maximumFractionDigits: 2 });
    $("guesses").replaceChildren(...guesses.map((guess) =>
      Object.assign(document.createElement("li"), { textContent: `${guess.name}: ${number(guess.number)}` })));
    const all = count === 0 ? "⟦Nobody has guessed yet.|Noch hat niemand geraten.⟧"
      : `${count === 1 ? "⟦1 guess|1 Schätzung⟧" : `${count} ⟦guesses|Schätzungen⟧`}, ⟦average|Durchschnitt⟧ ${number(average)}.`;
    say(truth === null ? all : `${all} ⟦It is|Es sind⟧ ${number(truth)}: ${guesses[0]?.name ?? "–"} ⟦came closest.|war am nächsten dran.⟧`);
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));
  const send = (path, body, form) => post(path, body).then(() => { form.reset(); return refresh(); }).catch((error) => say(error.message));

  $("form").addEventListener("submit", (event) => {
    event.preventDefault();
    send("/guesses", { name: $("name").value, number: $("number").valueAsNumber }, $("form"));
  });
  $("tell").addEventListener("submit", (event) => {
    event.preventDefault();
    send("/truth", { number: $("truth").valueAsNumber }, $("tell"));
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
