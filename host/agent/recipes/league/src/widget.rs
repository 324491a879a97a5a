//! The table, a form for a result, and the results so far.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<div class="scroll" tabindex="0" role="region" aria-label="⟦Table|Tabelle⟧"><table>
  <thead><tr><th scope="col">Name</th><th scope="col"><abbr title="⟦Played|Spiele⟧">⟦P|Sp⟧</abbr></th><th scope="col"><abbr title="⟦Won|Siege⟧">⟦W|S⟧</abbr></th><th scope="col"><abbr title="⟦Drawn|Unentschieden⟧">⟦D|U⟧</abbr></th><th scope="col"><abbr title="⟦Lost|Niederlagen⟧">⟦L|N⟧</abbr></th><th scope="col">+/−</th><th scope="col">⟦Points|Punkte⟧</th></tr></thead>
  <tbody id="table"></tbody>
</table></div>
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<form id="form">
  <div class="side"><label for="home">⟦First|Erste Seite⟧</label> <input id="home" maxlength="40" required list="names"><label for="a">⟦scored|Ergebnis⟧</label> <input id="a" type="number" min="0" max="999" required></div>
  <div class="side"><label for="away">⟦Second|Zweite Seite⟧</label> <input id="away" maxlength="40" required list="names"><label for="b">⟦scored|Ergebnis⟧</label> <input id="b" type="number" min="0" max="999" required></div>
  <datalist id="names"></datalist>
  <button type="submit">⟦Add the result|Ergebnis eintragen⟧</button>
</form>
<ul id="matches"></ul>
<style>
  .scroll { overflow-x: auto; }
  td:not(:first-child), th:not(:first-child) { text-align: end; font-variant-numeric: tabular-nums; }
  th:first-child { text-align: start; }
  td:first-child { overflow-wrap: anywhere; }
  abbr { text-decoration: none; }
  form { display: grid; gap: var(--space-2); }
  .side { display: flex; flex-wrap: wrap; gap: var(--space-2); align-items: center; }
  .side input:first-of-type { flex: 1; min-width: 6em; }
  .side input[type=number] { width: 4.5em; }
  ul { list-style: none; padding: 0; }
  li { display: flex; justify-content: space-between; align-items: center; gap: var(--space-2); overflow-wrap: anywhere; }
  #status { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };

  function render({ table, matches }) {
    $("table").replaceChildren(...table.map((place) => {
      const row = document.createElement("tr");
      for (const text of [place.name, place.played, place.won, place.drawn, place.lost, place.difference, place.points]) row.insertCell().textContent = text;
      return row;
    }));
    $("names").replaceChildren(...table.map(({ name }) => Object.assign(document.createElement("option"), { value: name })));
    $("matches").replaceChildren(...matches.map(({ id, home, away, score }) => {
      const item = document.createElement("li");
      const text = `${home} – ${away} ${score[0]}:${score[1]}`;
      const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
      remove.setAttribute("aria-label", `⟦Remove|Entfernen:⟧ ${text}`);
      remove.addEventListener("click", () => send(`/matches/${id}`, { method: "DELETE" }));
      item.append(text, remove);
      return item;
    }));
    say(matches.length === 0 ? "⟦No results yet. Add the first below.|Noch keine Ergebnisse. Trag unten das erste ein.⟧" : matches.length === 1 ? "⟦1 match|1 Spiel⟧" : `${matches.length} ⟦matches|Spiele⟧`);
  }

  async function send(path, init) {
    try {
      render(await kandra.fetch(path, init));
      return true;
    } catch (error) {
      say(error.message);
      return false;
    }
  }

  $("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = JSON.stringify({ home: $("home").value, away: $("away").value, score: [Number($("a").value), Number($("b").value)] });
    if (await send("/matches", { method: "POST", headers: { "Content-Type": "application/json" }, body })) $("form").reset();
  });
  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
