#![no_std]
#![forbid(unsafe_code)]
//! Counts what is in a text. The text is not kept.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// How fast people read.
const WORDS_A_MINUTE: usize = 230;
/// At most so many characters.
const MOST_CHARS: usize = 100_000;

fn mount(routes: &mut Routes) {
    routes.post("/count", count);
    routes.widget(widget::show);
}

async fn count(req: Request, _ctx: Ctx) -> Result<Response> {
    let text = req.text()?;
    let characters = text.chars().count();
    if characters > MOST_CHARS {
        return Err(Error::too_large(format!("A text has at most {MOST_CHARS} characters.")));
    }
    let words = text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count();
    let spaces = text.chars().filter(|c| c.is_whitespace()).count();
    let sentences = text.split(['.', '!', '?', '…']).filter(|part| part.chars().any(char::is_alphanumeric)).count();
    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
    Response::json(&json!({
        "words": words,
        "characters": characters,
        "without_spaces": characters - spaces,
        "sentences": sentences,
        "lines": lines,
        "seconds": words * 60 / WORDS_A_MINUTE,
    }))
}
