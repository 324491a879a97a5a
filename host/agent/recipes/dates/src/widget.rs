//! A choice of three for each date, and who said what.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="mine">
  <label for="name">⟦Your name|Dein Name⟧</label>
  <input id="name" maxlength="60" required autocomplete="name">
  <div id="dates"></div>
  <div class="row">
    <button type="submit" class="primary">⟦Save my answers|Meine Antworten sichern⟧</button>
    <button id="leave" type="button" class="quiet" hidden>⟦Take me out|Mich austragen⟧</button>
  </div>
</form>
<form id="add">
  <label for="date">⟦Another date|Weiterer Termin⟧</label>
  <div class="row"><input id="date" maxlength="60" required autocomplete="off"><button type="submit">⟦Add|Hinzufügen⟧</button></div>
</form>
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<style>
  #mine, #add { display: grid; gap: var(--space-2); margin-bottom: var(--space-3); }
  .row { display: flex; flex-wrap: wrap; gap: var(--space-2); }
  .row input { flex: 1 1 8rem; min-width: 0; }
  fieldset { margin: 0 0 var(--space-2); padding: var(--space-2); min-width: 0; border: var(--border-width-regular) solid var(--color-border-secondary); border-radius: var(--border-radius-md); }
  fieldset.best { border-color: var(--color-accent); }
  legend { font-weight: var(--font-weight-medium); overflow-wrap: anywhere; }
  fieldset label { display: inline-flex; align-items: center; gap: var(--space-1); min-height: var(--target-min); margin-inline-end: var(--space-3); }
  fieldset p { margin: 0; color: var(--color-text-secondary); overflow-wrap: anywhere; }
  #status { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const send = (path, body, method = "POST") =>
    kandra.fetch(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
  const KINDS = [["yes", "⟦Yes|Ja⟧"], ["maybe", "⟦Maybe|Vielleicht⟧"], ["no", "⟦No|Nein⟧"]];
  const rows = [];

  function row(date, i) {
    const field = document.createElement("fieldset");
    const choices = document.createElement("div");
    const inputs = KINDS.map(([value, text]) => {
      const label = document.createElement("label");
      const input = make("input", { type: "radio", name: `date-${i}`, value });
      label.append(input, text);
      choices.append(label);
      return input;
    });
    const said = document.createElement("p");
    field.append(make("legend", { textContent: date }), choices, said);
    $("dates").append(field);
    return { field, inputs, said };
  }

  function render({ dates, people, mine }) {
    const fresh = rows.length === 0;
    const yes = dates.map((_, i) => people.filter(({ answers }) => answers[i] === "yes").length);
    const most = Math.max(1, ...yes);
    dates.forEach((date, i) => {
      const isNew = !rows[i];
      rows[i] ??= row(date, i);
      if (isNew) rows[i].inputs.forEach((input) => { input.checked = mine?.answers[i] === input.value; });
      const parts = KINDS.map(([value, text]) => {
        const names = people.filter(({ answers }) => answers[i] === value).map(({ name }) => name);
        return names.length ? `${text} ${names.length} (${names.join(", ")})` : "";
      });
      rows[i].said.textContent = parts.filter(Boolean).join(" · ") || "⟦No answers yet|Noch keine Antworten⟧";
      rows[i].field.className = yes[i] === most ? "best" : "";
    });
    if (fresh && mine) $("name").value = mine.name;
    $("leave").hidden = !mine;
    say(dates.length === 0 ? "⟦No dates yet: add the first.|Noch kein Termin: trag den ersten ein.⟧"
      : people.length === 1 ? "⟦1 person has answered|1 Person hat geantwortet⟧" : `${people.length} ⟦people have answered|Personen haben geantwortet⟧`);
  }

  const refresh = () => kandra.fetch("/").then(render).catch((error) => say(error.message));
  $("mine").addEventListener("submit", (event) => {
    event.preventDefault();
    const answers = rows.map(({ inputs }) => inputs.find(({ checked }) => checked)?.value ?? "");
    send("/mine", { name: $("name").value, answers }, "PUT").then(render).catch((error) => say(error.message));
  });
  $("leave").addEventListener("click", () => send("/mine", {}, "DELETE").then((answer) => {
    rows.forEach(({ inputs }) => inputs.forEach((input) => { input.checked = false; }));
    render(answer);
  }).catch((error) => say(error.message)));
  $("add").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      render(await send("/dates", { date: $("date").value }));
      $("add").reset();
    } catch (error) {
      say(error.message);
    }
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
