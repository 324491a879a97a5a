//! A wish to light, the lanterns that burn, and the watchman's last rounds.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="light" class="row">
  <label>Your wish <input id="wish" required maxlength="80" autocomplete="off"></label>
  <button type="submit">Light a lantern</button>
</form>
<p id="problem" role="alert"></p>
<p id="burning" role="status">…</p>
<ul id="lanterns" aria-label="Lanterns that burn"></ul>
<table>
  <caption>The watchman's last rounds</caption>
  <thead><tr><th scope="col">At</th><th scope="col" class="number">Burning</th><th scope="col" class="number">Put out</th></tr></thead>
  <tbody id="rounds"></tbody>
</table>
<style>
  #light { align-items: end; }
  #light label { flex: 1 1 10rem; min-inline-size: 0; }
  #burning { margin-block-end: var(--space-2); }
  #lanterns { display: flex; flex-wrap: wrap; gap: var(--space-2); list-style: none; padding: 0; }
  #lanterns li { margin: 0; padding: var(--space-1) var(--space-3); border-radius: var(--border-radius-full); background: var(--color-background-warning); color: var(--color-text-warning); overflow-wrap: anywhere; min-inline-size: 0; }
  #lanterns .more { background: none; color: var(--color-text-secondary); }
  td, th { padding-block: var(--space-1); }
</style>
<script>
  const SHOWN = 8;
  const $ = (id) => document.getElementById(id);
  const element = (name, text, className = "") => Object.assign(document.createElement(name), { textContent: text, className });
  const tell = (error) => { $("problem").textContent = error ? error.message : ""; };

  function render({ lanterns, rounds, every }) {
    const count = lanterns.length;
    $("burning").textContent = count === 0 ? "The square is dark." : count === 1 ? "One lantern burns." : `${count} lanterns burn.`;
    $("lanterns").hidden = count === 0;
    $("lanterns").replaceChildren(...lanterns.slice(-SHOWN).reverse().map(({ wish }) => element("li", `🏮 ${wish}`)));
    if (count > SHOWN) $("lanterns").append(element("li", `and ${count - SHOWN} more`, "more"));
    $("rounds").replaceChildren(...rounds.map(({ at, burning, put_out }) => {
      const row = document.createElement("tr");
      row.append(element("td", new Date(at).toLocaleTimeString(kandra.locale)), element("td", burning, "number"), element("td", put_out, "number"));
      return row;
    }));
    if (rounds.length === 0) {
      const row = document.createElement("tr"), cell = element("td", `He walks every ${every} seconds.`, "muted");
      cell.colSpan = 3;
      row.append(cell);
      $("rounds").append(row);
    }
  }

  const refresh = () => kandra.fetch("/").then(render).catch(tell);
  $("light").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await kandra.fetch("/lanterns", { method: "POST", body: { wish: $("wish").value } });
      $("wish").value = "";
      tell();
      await refresh();
    } catch (error) { tell(error); }
  });
  kandra.events("changed", refresh);
  refresh();
</script>
"##;
