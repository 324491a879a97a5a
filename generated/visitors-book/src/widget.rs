//! A form, one page of entries, and two buttons to leaf through them.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="sign" class="stack">
  <label>Your name <input name="name" required maxlength="40" autocomplete="nickname"></label>
  <label>Your line <textarea name="text" required maxlength="500" rows="2"></textarea></label>
  <div class="row"><button type="submit">Sign the book</button></div>
</form>
<p id="problem" role="alert"></p>
<p id="status" role="status">Loading…</p>
<ol id="entries" aria-label="Entries, newest first"></ol>
<nav class="row" aria-label="Pages" id="pages" hidden>
  <button type="button" id="newer">← Newer</button>
  <button type="button" id="older">Older →</button>
</nav>
<style>
  #entries { list-style: none; padding: 0; }
  #entries li { display: flex; align-items: start; gap: var(--space-2); margin: 0; padding-block: var(--space-3); border-top: var(--border-width-regular) solid var(--color-border-tertiary); }
  .entry { flex: 1; min-inline-size: 0; }
  .entry p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
  .entry small { color: var(--color-text-secondary); overflow-wrap: anywhere; }
  #pages { justify-content: space-between; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const element = (name, text, more) => Object.assign(document.createElement(name), { textContent: text, ...more });
  const tell = (error) => { $("problem").textContent = error ? error.message : ""; };
  // Where each page began that was left behind; the first begins at the newest.
  const left = [];
  let before = null;
  let last = null;
  let asked = 0;

  function item({ id, name, text, at, mine }) {
    const item = document.createElement("li"), entry = element("div", "", { className: "entry" });
    const when = element("time", new Date(at).toLocaleDateString(kandra.locale, { dateStyle: "medium" }), { dateTime: new Date(at).toISOString() });
    const who = element("small", `${name} · `);
    who.append(when);
    entry.append(element("p", text), who);
    item.append(entry);
    if (mine) {
      const remove = element("button", "✕", { type: "button", className: "quiet" });
      remove.setAttribute("aria-label", `Take back: ${text.slice(0, 40)}`);
      remove.addEventListener("click", () => kandra.fetch(`/entries/${id}`, { method: "DELETE" }).then(() => $("entries").focus()).then(refresh).catch(tell));
      item.append(remove);
    }
    return item;
  }

  async function refresh() {
    const turn = ++asked;
    const { entries, older } = await kandra.fetch(before === null ? "/entries" : `/entries?before=${before}`);
    // Somebody has turned the page meanwhile.
    if (turn !== asked) return;
    last = entries.at(-1)?.id ?? null;
    $("status").textContent = entries.length ? (left.length ? `Page ${left.length + 1}` : "") : left.length ? "This page is empty now." : "Nobody has written yet. Be the first!";
    // What is the same stays, or a press between two refreshes would be lost.
    const shown = entries.map(({ id }) => id).join();
    if ($("entries").dataset.shown !== shown) $("entries").replaceChildren(...entries.map(item));
    $("entries").dataset.shown = shown;
    $("pages").hidden = !older && left.length === 0;
    $("older").disabled = !older;
    $("newer").disabled = left.length === 0;
  }

  const go = () => refresh().then(() => tell()).catch(tell);
  $("older").addEventListener("click", () => { left.push(before); before = last; go(); });
  $("newer").addEventListener("click", () => { before = left.pop() ?? null; go(); });
  $("sign").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await kandra.fetch("/entries", { method: "POST", body: Object.fromEntries(new FormData($("sign"))) });
      $("sign").elements.text.value = "";
      left.length = 0;
      before = null;
      await go();
    } catch (error) { tell(error); }
  });
  $("entries").tabIndex = -1;
  kandra.events("changed", go);
  go();
</script>
"##;
