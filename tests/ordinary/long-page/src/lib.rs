#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.widget(widget);
    routes.get("/page", page);
}

const STYLE: &str = r#"
<style>
  :root { --gap: var(--space-4); }
  .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); gap: var(--gap); }
  .card { border: var(--border-width-regular) solid var(--color-border-primary); border-radius: var(--border-radius-md); padding: var(--space-3); }
  .card:hover { box-shadow: var(--shadow-sm); }
  @media (prefers-reduced-motion: reduce) { * { animation: none !important; } }
</style>"#;

const SCRIPT: &str = r##"
<script>
  // unsafe eval? no: only fetch. `macro_rules!` and extern "C" are words here, and so is std::process::exit(1).
  const $ = (selector) => document.querySelector(selector);
  async function load() {
    const data = await kandra.fetch("/page");
    $("#out").textContent = JSON.stringify(data, null, 2);
    for (let i = 0; i < 10; i++) { if (i % 2 === 0) continue; while (false) {} }
  }
  $("#go").addEventListener("click", () => load().catch((e) => { $("#out").textContent = `failed: ${e.message}`; }));
</script>"##;

fn card(title: &str, body: &str) -> String {
    format!(r#"<article class="card"><h3>{}</h3><p>{}</p></article>"#, escape(title), escape(body))
}

async fn widget(_req: Request, _ctx: Ctx) -> Result<Response> {
    let cards: String = [("Tee & Kuchen", "5 < 6 > 4 \"quoted\""), ("日本", "こんにちは"), ("Emoji", "👩‍👩‍👧 🏳️‍🌈 é")].map(|(t, b)| card(t, b)).concat();
    let mut html = String::with_capacity(4096);
    html += STYLE;
    html.push_str(&format!("<div class=\"grid\">{cards}</div>\n<button id=\"go\">Go</button><pre id=\"out\"></pre>"));
    html.extend([SCRIPT]);
    Response::html(html)
}

async fn page(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::html("<!doctype html>\n<html lang=\"de\"><head><title>Seite</title></head><body><h1>Grüße</h1>\
        <p>Eine Seite, die über mehrere Zeilen geht.</p></body></html>")
}
