//! The names, the draw, and a button for each to look once.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="form"><label for="name">Name</label> <input id="name" maxlength="40" required autocomplete="name"> <button type="submit">⟦Add|Eintragen⟧</button></form>
<p id="status" role="status">⟦Loading…|Lädt…⟧</p>
<ul id="names"></ul>
<div class="row"><button id="draw" type="button" class="primary">⟦Draw|Auslosen⟧</button><button id="again" type="button" hidden>⟦Forget the draw|Neu auslosen⟧</button></div>
<style>
  form, .row { display: flex; flex-wrap: wrap; gap: var(--space-2); align-items: center; }
  form input { flex: 1; min-width: 6em; }
  ul { list-style: none; padding: 0; }
  li { display: flex; flex-wrap: wrap; gap: var(--space-2); align-items: center; overflow-wrap: anywhere; margin-bottom: var(--space-1); }
  li span { flex: 1; }
  #status { color: var(--color-text-secondary); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const say = (text) => { $("status").textContent = text; };

  async function send(path, method, body) {
    try {
      const answer = await kandra.fetch(path, { method, ...(body ? { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {}) });
      await refresh();
      return answer;
    } catch (error) {
      say(error.message);
      return null;
    }
  }

  function line({ name, seen }, place, drawn) {
    const item = document.createElement("li");
    item.append(Object.assign(document.createElement("span"), { textContent: name }));
    const press = Object.assign(document.createElement("button"), { type: "button", id: `press-${place}`, textContent: drawn ? (seen ? "⟦seen|gesehen⟧" : "⟦That is me: show|Das bin ich: zeigen⟧") : "×", disabled: drawn && seen });
    press.setAttribute("aria-label", drawn ? `${press.textContent}: ${name}` : `⟦Remove|Entfernen:⟧ ${name}`);
    press.addEventListener("click", async () => {
      if (!drawn) return send(`/names?name=${encodeURIComponent(name)}`, "DELETE");
      const answer = await send("/look", "POST", { name });
      if (answer) say(`${name} → ${answer.drew}. ⟦This is shown only once.|Das wird nur einmal gezeigt.⟧`);
    });
    item.append(press);
    return item;
  }

  function render({ names, drawn }) {
    $("names").replaceChildren(...names.map((person, place) => line(person, place, drawn)));
    $("form").hidden = drawn;
    $("draw").hidden = drawn;
    $("again").hidden = !drawn;
    say(drawn ? "⟦Drawn. Each looks at their own, once.|Ausgelost. Alle sehen einmal nach, wen sie haben.⟧" : names.length < 3 ? "⟦It takes at least three names.|Es braucht mindestens drei Namen.⟧" : `${names.length} ⟦names|Namen⟧`);
  }

  $("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await send("/names", "POST", { name: $("name").value })) $("form").reset();
  });
  $("draw").addEventListener("click", () => send("/draw", "POST"));
  $("again").addEventListener("click", () => send("/again", "POST"));
  function refresh() {
    return kandra.fetch("/").then(render).catch((error) => say(error.message));
  }
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
