//! The table of points, the matches with a tip each, and a form for a match.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<label for="name">⟦Your name|Dein Name⟧</label>
<input id="name" maxlength="40" autocomplete="name">
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<ul id="matches"></ul>
<h3>⟦Points|Punkte⟧</h3>
<p class="note">⟦3 for the exact result, 1 for the right winner or a draw.|3 für das genaue Ergebnis, 1 für den richtigen Sieger oder ein Unentschieden.⟧</p>
<ol id="table"></ol>
<form id="add">
  <label>⟦Home team|Heim⟧<input id="home" maxlength="40" required autocomplete="off"></label>
  <label>⟦Guests|Gast⟧<input id="guest" maxlength="40" required autocomplete="off"></label>
  <button type="submit">⟦Add a match|Spiel hinzufügen⟧</button>
</form>
<style>
  form { display: flex; flex-wrap: wrap; align-items: end; gap: var(--space-2); }
  form label { display: grid; gap: var(--space-1); flex: 1 1 7rem; min-width: 0; }
  form input, form select { width: 100%; min-width: 0; box-sizing: border-box; }
  #status { color: var(--color-text-secondary); }
  #status:empty { display: none; }
  #matches { list-style: none; margin: 0; padding: 0; }
  #matches > li { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--space-1); border-bottom: var(--border-width-regular) solid var(--color-border-secondary); padding: var(--space-2) 0; }
  #matches p { display: flex; justify-content: space-between; align-items: center; gap: var(--space-2); margin: 0; }
  #matches b, #matches span { min-width: 0; overflow-wrap: anywhere; }
  #matches input { width: 4rem; }
  .note, #matches span { color: var(--color-text-secondary); }
  #table { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
  #table:empty::before { content: "⟦Nobody yet|Noch niemand⟧"; color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const send = (path, body, method = "POST") =>
    kandra.fetch(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
  const fail = (error) => say(error.message);
  let shown = "";

  function scores(game, goals, text, save) {
    const form = document.createElement("form");
    const fields = [game.home, game.guest].map((side, i) => {
      const field = make("input", { type: "number", min: 0, max: 99, required: true, value: goals?.[i] ?? "" });
      field.setAttribute("aria-label", `${text}: ${side}`);
      return field;
    });
    const button = make("button", { type: "submit", textContent: text });
    button.setAttribute("aria-label", `${text}: ${game.home} – ${game.guest}`);
    form.append(fields[0], ":", fields[1], button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      save(fields.map((field) => field.valueAsNumber)).then(() => { shown = ""; return refresh(); }).catch(fail);
    });
    return form;
  }

  function entry(game) {
    const item = document.createElement("li");
    const head = document.createElement("p");
    const remove = make("button", { type: "button", textContent: "×" });
    remove.setAttribute("aria-label", `⟦Remove|Entfernen:⟧ ${game.home} – ${game.guest}`);
    remove.addEventListener("click", () => send(`/matches/${game.id}`, {}, "DELETE").then(refresh).catch(fail));
    head.append(make("b", { textContent: `${game.home} – ${game.guest}${game.result ? ` ${game.result.join(":")}` : ""}` }), remove);
    item.append(head);
    if (!game.result) {
      item.append(scores(game, game.mine, "⟦My tip|Mein Tipp⟧", async (goals) => {
        if (!$("name").reportValidity() || !$("name").value.trim()) throw new Error("⟦Enter your name first.|Trag zuerst deinen Namen ein.⟧");
        await send(`/matches/${game.id}/tip`, { name: $("name").value, goals }, "PUT");
      }));
      item.append(make("span", { textContent: game.count === 1 ? "⟦1 tip|1 Tipp⟧" : `${game.count} ⟦tips|Tipps⟧` }));
    } else {
      item.append(make("span", { textContent: game.tips.map(({ name, goals, points }) => `${name} ${goals.join(":")} (+${points})`).join(", ") || "⟦No tips|Keine Tipps⟧" }));
    }
    const details = document.createElement("details");
    details.append(make("summary", { textContent: "⟦Enter the result|Ergebnis eintragen⟧" }),
      scores(game, game.result, "⟦Result|Ergebnis⟧", (goals) => send(`/matches/${game.id}/result`, { goals }, "PUT")));
    item.append(details);
    return item;
  }

  function render({ matches, table, name }) {
    if (name && !$("name").value) $("name").value = name;
    const text = JSON.stringify(matches);
    // Whoever types a tip is not disturbed by another's.
    if (text !== shown && !$("matches").contains(document.activeElement) || shown === "") {
      $("matches").replaceChildren(...matches.map(entry));
      shown = text;
    }
    $("table").replaceChildren(...table.map(({ name, points }) => make("li", { textContent: `${name}: ${points}` })));
    say(matches.length === 0 ? "⟦No match yet: add the first.|Noch kein Spiel: trag das erste ein.⟧" : "");
  }

  function refresh() {
    return kandra.fetch("/").then(render).catch(fail);
  }
  $("add").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await send("/matches", { home: $("home").value, guest: $("guest").value });
      $("add").reset();
      await refresh();
    } catch (error) {
      say(error.message);
    }
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
