//! The board as HTML. It is written here only: the script fetches it again instead of building it a second time.
use super::{Card, LANES};
use kandra::prelude::*;

/// The whole page.
pub fn page(cards: &[Card]) -> String {
    let board = fragment(cards, "page");
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kanban</title>
<style>body {{ background: var(--color-background-secondary); padding: var(--space-5) var(--space-4); max-inline-size: 64rem; margin-inline: auto; }}</style>
</head>
<body>
<main>
<h1>Kanban</h1>
{board}
</main>
</body>
</html>
"#
    )
}

/// The form and the columns. Addresses are relative: `page` and `widget` lie side by side.
pub fn fragment(cards: &[Card], back: &str) -> String {
    let lanes: String = (0..LANES.len()).map(|lane| column(cards, lane, back)).collect();
    FRAGMENT.replace("<!-- back -->", &hidden("back", back)).replace("<!-- lanes -->", &lanes)
}

fn column(cards: &[Card], lane: usize, back: &str) -> String {
    let cards: Vec<&Card> = cards.iter().filter(|card| card.lane == lane).collect();
    let items: String = cards.iter().map(|card| item(card, back)).collect();
    let empty = if cards.is_empty() { r#"<p class="muted">Nothing here.</p>"# } else { "" };
    format!(
        r#"<section aria-labelledby="lane-{lane}"><h2 id="lane-{lane}">{} <span class="muted">{}</span></h2>{empty}<ul>{items}</ul></section>"#,
        LANES[lane],
        cards.len(),
    )
}

fn item(card: &Card, back: &str) -> String {
    let Card { id, text, lane } = card;
    let text = escape(text);
    let mut buttons = String::new();
    if let Some(left) = lane.checked_sub(1) {
        buttons += &mover(card, left, "left", "←", back);
    }
    if lane + 1 < LANES.len() {
        buttons += &mover(card, lane + 1, "right", "→", back);
    }
    format!(
        r#"<li id="card-{id}"><p>{text}</p><div class="buttons">{buttons}<form method="post" action="cards/{id}/remove">{}<button id="remove-{id}" class="quiet" aria-label="Remove {text}">✕</button></form></div></li>"#,
        hidden("back", back),
    )
}

fn mover(card: &Card, to: usize, side: &str, arrow: &str, back: &str) -> String {
    let Card { id, text, .. } = card;
    format!(
        r#"<form method="post" action="cards/{id}/move">{}{}<button id="{side}-{id}" aria-label="Move {} to {}">{arrow}</button></form>"#,
        hidden("lane", &to.to_string()),
        hidden("back", back),
        escape(text),
        LANES[to],
    )
}

fn hidden(name: &str, value: &str) -> String {
    format!(r#"<input type="hidden" name="{name}" value="{value}">"#)
}

const FRAGMENT: &str = r##"
<form id="add" class="row" method="post" action="cards">
  <!-- back -->
  <label>New card <input name="text" required maxlength="120" autocomplete="off"></label>
  <button type="submit">Add</button>
</form>
<p id="problem" role="alert"></p>
<p id="said" class="visually-hidden" role="status"></p>
<div id="board"><!-- lanes --></div>
<style>
  #add { align-items: end; }
  #add label { flex: 1 1 10rem; min-inline-size: 0; }
  #board { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 11rem), 1fr)); gap: var(--space-3); }
  #board section { min-inline-size: 0; padding: var(--space-3); border-radius: var(--border-radius-md); background: var(--color-background-tertiary); }
  #board h2 { display: flex; justify-content: space-between; margin-block-end: var(--space-2); font-size: var(--font-text-md-size); }
  #board section > p { margin: 0; font-size: var(--font-text-sm-size); }
  #board ul { list-style: none; margin: 0; padding: 0; }
  #board li { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-1) var(--space-2); margin: 0 0 var(--space-2); padding: var(--space-2) var(--space-2) var(--space-2) var(--space-3); border-radius: var(--border-radius-md); background: var(--color-background-primary); box-shadow: var(--shadow-sm); }
  #board li p { flex: 1 1 7rem; min-inline-size: 0; margin: 0; overflow-wrap: anywhere; }
  .buttons { display: flex; gap: var(--space-1); margin-inline-start: auto; }
  .buttons form { margin: 0; }
  .buttons button { padding-inline: var(--space-2); }
</style>
<script>
  const $ = (id) => document.getElementById(id);
  const tell = (error) => { $("problem").textContent = error ? error.message : ""; };

  /** Puts the board of a fetched page in place of the one that is there; the focus stays with its card. */
  function show(html) {
    const focused = document.activeElement?.closest("#board button")?.id;
    $("board").replaceWith(new DOMParser().parseFromString(html, "text/html").getElementById("board"));
    if (!focused) return;
    const [action, id] = focused.split("-");
    const other = { left: "right", right: "left" }[action];
    ($(focused) ?? $(`${other}-${id}`) ?? document.querySelector("#add input[name=text]")).focus();
  }
  const here = document.querySelector("#add [name=back]").value === "widget" ? "/widget" : "/";
  let asked = 0;
  /** Shows what was asked for last, in whatever order the answers come. */
  async function load(path, init) {
    const turn = ++asked, html = await kandra.fetch(path, init);
    if (turn === asked) show(html);
  }

  document.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target, action = form.getAttribute("action");
    const what = form.querySelector("button").getAttribute("aria-label");
    try {
      // The answer leads back to this page, with the board as it is now.
      await load(action, { method: "POST", body: new FormData(form) });
      tell();
      $("said").textContent = what ? `Done: ${what}` : "The card is on the board.";
      if (form.id === "add") form.reset();
    } catch (error) { tell(error); }
  });
  kandra.events("changed", () => load(here).catch(tell));
</script>
"##;
