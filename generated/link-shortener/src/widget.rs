//! A form, and the newest links with their visits, which count while one looks.
use kandra::prelude::*;

pub async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html(WIDGET)
}

const WIDGET: &str = r##"
<form id="shorten" class="row">
  <label class="grow">Long address <input id="url" type="url" required maxlength="2000" placeholder="https://" autocomplete="off"></label>
  <button type="submit">Shorten</button>
</form>
<p id="problem" role="alert"></p>
<p id="status" role="status"></p>
<ul id="links" aria-label="Newest links"></ul>
<style>
  .row { align-items: end; }
  .row > .grow { flex: 1 1 12rem; min-inline-size: 0; }
  #links { list-style: none; padding: 0; }
  #links li { display: grid; grid-template-columns: 1fr auto; align-items: center; gap: 0 var(--space-2); margin: 0; padding-block: var(--space-2); border-top: var(--border-width-regular) solid var(--color-border-tertiary); }
  .short { justify-self: start; overflow-wrap: anywhere; }
  .long { grid-column: 1 / -1; margin-block-start: var(--space-1); color: var(--color-text-secondary); font-size: var(--font-text-sm-size); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const element = (name, more) => Object.assign(document.createElement(name), more);
  const tell = (error) => { $("problem").textContent = error ? error.message : ""; };
  const items = new Map();
  const count = (visits) => (visits === 1 ? "1 visit" : `${visits} visits`);

  /** A frame like this one has no other clipboard. */
  function copied(text) {
    const field = document.body.appendChild(element("textarea", { className: "visually-hidden", value: text }));
    const focused = document.activeElement;
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    focused?.focus();
    return done;
  }

  function item({ code, url }) {
    const item = element("li"), copy = element("button", { type: "button", textContent: "Copy" });
    const whole = new URL(`${kandra.base}/${code}`, location.href).href;
    const short = element("code", { className: "short", textContent: code, title: whole });
    const long = element("div", { className: "long", title: url }), visits = element("span");
    copy.setAttribute("aria-label", `Copy the short address of ${url}`);
    long.append(visits, ` → ${url}`);
    copy.addEventListener("click", () => { $("status").textContent = copied(whole) ? `Copied: ${whole}` : whole; });
    item.append(short, copy, long);
    item.visits = visits;
    return item;
  }

  async function refresh() {
    const { links } = await kandra.fetch("/links");
    if (links.length === 0) $("status").textContent = "No links yet.";
    const codes = new Set(links.map(({ code }) => code));
    for (const [code, item] of items) if (!codes.has(code)) { item.remove(); items.delete(code); }
    links.toReversed().forEach((link) => {
      if (!items.has(link.code)) {
        items.set(link.code, item(link));
        $("links").prepend(items.get(link.code));
      }
      items.get(link.code).visits.textContent = count(link.visits);
    });
  }

  $("shorten").addEventListener("submit", async (event) => {
    event.preventDefault();
    tell();
    try {
      // The browser writes letters such as ü as an address needs them.
      const url = URL.canParse($("url").value) ? new URL($("url").value).href : $("url").value;
      const { code } = await kandra.fetch("/links", { method: "POST", body: { url } });
      $("url").value = "";
      await refresh();
      $("status").textContent = `Made: ${code}`;
    } catch (error) { tell(error); }
  });
  kandra.events("changed", () => refresh().catch(tell));
  kandra.events("visits", ({ code, visits }) => { if (items.has(code)) items.get(code).visits.textContent = count(visits); });
  refresh().catch(tell);
</script>
"##;
