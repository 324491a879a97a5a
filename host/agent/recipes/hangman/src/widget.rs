//! The word, the letters, and how many tries are left.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<div class="game">
  <p id="word"></p>
  <p id="status" role="status">⟦Loading…|Lädt…⟧</p>
  <div id="letters" role="group" aria-label="⟦Letters|Buchstaben⟧"></div>
  <button id="new" type="button">⟦New word|Neues Wort⟧</button>
</div>
<style>
  .game { display: grid; justify-items: center; gap: var(--space-3); text-align: center; }
  .game p { margin: 0; }
  #word { font-family: var(--font-mono); font-size: var(--font-heading-md-size); letter-spacing: 0.25em; overflow-wrap: anywhere; }
  #letters { display: flex; flex-wrap: wrap; justify-content: center; gap: var(--space-1); }
  #letters button { min-width: 2.25rem; min-height: var(--target-min); padding: 0 var(--space-1); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const post = (path, body) =>
    kandra.fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
  const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ⟦|ÄÖÜ⟧"];
  const buttons = LETTERS.map((letter) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: letter });
    button.addEventListener("click", () => { if (button.getAttribute("aria-disabled") !== "true") send("/guess", { letter }); });
    return button;
  });
  $("letters").append(...buttons);

  function render({ word, guessed, left, won, lost }) {
    $("word").textContent = word.join("");
    $("word").setAttribute("aria-label", word.map((letter) => (letter === "_" ? "⟦blank|leer⟧" : letter)).join(" "));
    $("word").setAttribute("role", "img");
    buttons.forEach((button, i) => button.setAttribute("aria-disabled", String(won || lost || guessed.includes(LETTERS[i]))));
    buttons.forEach((button) => { button.style.textDecoration = button.getAttribute("aria-disabled") === "true" ? "line-through" : ""; });
    say(won ? "⟦Found!|Gefunden!⟧" : lost ? "⟦Lost. That was the word.|Verloren. Das war das Wort.⟧"
      : `${left} ⟦wrong letters are left|Fehler sind noch frei⟧`);
  }

  const send = (path, body) => post(path, body).then(render).catch((error) => say(error.message));
  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));
  $("new").addEventListener("click", () => send("/new"));
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
