//! The board; a note is changed where it hangs.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="pin">
  <label for="text">⟦New note|Neuer Zettel⟧</label>
  <textarea id="text" rows="2" maxlength="280" required></textarea>
  <fieldset>
    <legend>⟦Colour|Farbe⟧</legend>
    <label><input type="radio" name="colour" value="yellow" checked> ⟦Yellow|Gelb⟧</label>
    <label><input type="radio" name="colour" value="green"> ⟦Green|Grün⟧</label>
    <label><input type="radio" name="colour" value="blue"> ⟦Blue|Blau⟧</label>
    <label><input type="radio" name="colour" value="pink"> ⟦Pink|Rosa⟧</label>
  </fieldset>
  <button type="submit">⟦Pin|Anheften⟧</button>
</form>
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<ul id="notes"></ul>
<style>
  form { display: grid; gap: var(--space-1); }
  form button { justify-self: start; }
  fieldset { display: flex; flex-wrap: wrap; gap: var(--space-1) var(--space-3); border: 0; margin: 0; padding: 0; }
  fieldset label { display: inline-flex; align-items: center; gap: var(--space-1); min-height: var(--target-min); }
  ul { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); gap: var(--space-2); }
  li {
    display: flex; flex-direction: column; justify-content: space-between; min-height: 6rem; padding: var(--space-2);
    border-radius: var(--border-radius-sm); border-top: 4px solid var(--paper); box-shadow: var(--shadow-sm);
    background: color-mix(in srgb, var(--paper) 18%, var(--color-background-primary));
  }
  .yellow { --paper: var(--chart-3); } .green { --paper: var(--chart-2); } .blue { --paper: var(--chart-1); } .pink { --paper: var(--chart-5); }
  li p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
  li div { display: flex; justify-content: flex-end; gap: var(--space-1); }
  #status { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };
  const json = (method, body) => ({ method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  let editing = null;

  function button(text, label, press) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    button.setAttribute("aria-label", label);
    button.addEventListener("click", press);
    return button;
  }

  function paper(note) {
    const item = Object.assign(document.createElement("li"), { className: note.colour });
    const tools = document.createElement("div");
    tools.append(
      button("✎", `⟦Change|Ändern⟧: ${note.text}`, () => edit(note)),
      button("×", `⟦Take off|Abnehmen⟧: ${note.text}`, () => change(`/notes/${note.id}`, { method: "DELETE" })),
    );
    item.append(Object.assign(document.createElement("p"), { textContent: note.text }), tools);
    return item;
  }

  function edit(note) {
    editing = note?.id ?? null;
    $("pin").reset();
    if (note) {
      $("text").value = note.text;
      $("pin").elements.colour.value = note.colour;
    }
    document.querySelector("#pin button").textContent = note ? "⟦Save|Sichern⟧" : "⟦Pin|Anheften⟧";
    if (note) $("text").focus();
  }

  function render({ notes }) {
    $("notes").replaceChildren(...notes.map(paper));
    say(notes.length === 0 ? "⟦The board is empty.|Die Wand ist leer.⟧" : notes.length === 1 ? "⟦1 note|1 Zettel⟧" : `${notes.length} ⟦notes|Zettel⟧`);
  }

  function refresh() {
    return kandra.fetch("/").then(render).catch((error) => say(error.message));
  }

  async function change(path, init) {
    try {
      await kandra.fetch(path, init);
      await refresh();
      return true;
    } catch (error) {
      say(error.message);
      return false;
    }
  }

  $("pin").addEventListener("submit", async (event) => {
    event.preventDefault();
    const note = { text: $("text").value, colour: $("pin").elements.colour.value };
    const done = editing ? change(`/notes/${editing}`, json("PUT", note)) : change("/notes", json("POST", note));
    if (await done) edit(null);
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
