#![no_std]
#![forbid(unsafe_code)]
//! Bingo: every visitor has a card of their own, made of words that are there or that visitors add.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// The words that are there from the start.
const WORDS: &[&str] = &["One", "Two"];
/// A card has so many rows and columns.
const SIZE: usize = 4;
/// At most so many words that visitors add, and characters of one.
const MOST_WORDS: usize = 120;
const MOST_CHARS: usize = 40;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/words", add);
    routes.delete("/words/{id}", remove);
    routes.widget(widget::show);
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let added = ctx.kv().list("word:").await?;
    let words: Vec<&str> = WORDS.iter().copied().chain(added.iter().map(|(_, word)| word.as_str())).collect();
    let own: Vec<Value> = added.iter().map(|(key, word)| json!({ "id": key.trim_start_matches("word:"), "word": word })).collect();
    Response::json(&json!({ "size": SIZE, "words": words, "added": own }))
}

#[derive(Deserialize)]
struct New {
    word: String,
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let New { word } = req.json()?;
    let word = word.trim();
    if word.is_empty() || word.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦Write 1 to {MOST_CHARS} characters.|Schreib 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    let added = ctx.kv().list("word:").await?;
    if added.len() >= MOST_WORDS {
        return Err(Error::conflict(format!("⟦At most {MOST_WORDS} words.|Höchstens {MOST_WORDS} Wörter.⟧")));
    }
    if WORDS.iter().copied().chain(added.iter().map(|(_, known)| known.as_str())).any(|known| known.to_lowercase() == word.to_lowercase()) {
        return Err(Error::conflict("⟦This is there already.|Das steht schon da.⟧"));
    }
    let id = format!("{:06}", ctx.kv().increment("last", 1).await?);
    ctx.kv().set(&format!("word:{id}"), word).await?;
    Ok(show(req, ctx).await?.with_status(201))
}

async fn remove(req: Request, ctx: Ctx) -> Result<Response> {
    if !ctx.kv().delete(&format!("word:{}", req.param("id")?)).await? {
        return Err(Error::not_found("⟦This is gone already.|Das gibt es schon nicht mehr.⟧"));
    }
    show(req, ctx).await
}
