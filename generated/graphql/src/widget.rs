//! The box to ask in, with examples.

use crate::answer::{self, MOST_CHARACTERS};
use kandra::prelude::*;
use maud::{PreEscaped, html};

/// Questions to begin with.
const EXAMPLES: [(&str, &str); 3] = [
    ("All books", "{ books { title year author { name } } }"),
    ("Verne's first two", "{ books(author: \"verne\", first: 2) { title year } }"),
    ("Who wrote Middlemarch?", "{ book(id: \"middlemarch\") { author { name born } } }"),
];

/// Without a script the form asks the widget itself, so that an answer is shown all the same.
pub async fn widget(req: Request, _ctx: Ctx) -> Result<Response> {
    let asked = req.query("query").unwrap_or_else(|| EXAMPLES[1].1.to_string());
    let shown = match answer::answer(&asked, &Value::Null, None) {
        Ok(data) => pretty(&json!({ "data": data })),
        Err(problem) => problem.message,
    };
    let page = html! {
        style { (PreEscaped(STYLE)) }
        form.stack method="get" action="widget" {
            label {
                "Your query"
                textarea name="query" rows="4" required maxlength=(MOST_CHARACTERS) spellcheck="false" { (asked) }
            }
            div.row { button type="submit" { "Ask" } }
        }
        ul.examples aria-label="Examples" {
            @for (name, query) in EXAMPLES {
                li { button.quiet type="button" data-query=(query) { (name) } }
            }
        }
        pre #answer role="status" tabindex="0" aria-label="Answer" { (shown) }
        p.muted { "The " a href="schema" { "schema" } " says what can be asked." }
        script { (PreEscaped(SCRIPT)) }
    };
    Response::html(page.into_string())
}

fn pretty(value: &Value) -> String {
    kandra::serde_json::to_string_pretty(value).unwrap_or_default()
}

const STYLE: &str = "
  textarea { inline-size: 100%; font-family: var(--font-mono); }
  .examples { display: flex; flex-wrap: wrap; gap: var(--space-2); list-style: none; padding: 0; }
  pre { max-block-size: 14rem; overflow: auto; padding: var(--space-3); background: var(--color-background-secondary); border-radius: var(--border-radius-md); }
";

const SCRIPT: &str = r##"
  const form = document.querySelector("form"), box = form.elements.query, answer = document.querySelector("#answer");
  async function ask() {
    answer.textContent = "…";
    try {
      const body = await kandra.fetch("/query", { method: "POST", body: { query: box.value } });
      answer.textContent = body.errors ? body.errors.map((error) => error.message).join("\n") : JSON.stringify(body, null, 2);
    } catch (error) {
      answer.textContent = error.message;
    }
  }
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  for (const example of document.querySelectorAll("[data-query]")) {
    example.addEventListener("click", () => { box.value = example.dataset.query; ask(); });
  }
"##;
