//{{#comments}}
//! What visitors say about a row.
use kandra::prelude::*;
use std::collections::BTreeMap;

/// At most so many for one row, and characters of one.
const MOST: usize = 50;
const MOST_CHARS: usize = 300;

pub async fn all(ctx: &Ctx) -> Result<BTreeMap<String, Vec<String>>> {
    let all = ctx.kv().list_json::<Vec<String>>("comments:").await?;
    Ok(all.into_iter().map(|(key, texts)| (key.trim_start_matches("comments:").to_owned(), texts)).collect())
}

#[derive(Deserialize)]
struct Comment {
    text: String,
}

pub async fn comment(req: Request, ctx: Ctx) -> Result<Response> {
    let Comment { text } = req.json()?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦A comment has 1 to {MOST_CHARS} characters.|Ein Kommentar hat 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    let id = req.param("id")?;
    if ctx.kv().get(&format!("row:{id}")).await?.is_none() {
        return Err(crate::gone());
    }
    let key = format!("comments:{id}");
    for _ in 0..6 {
        let before = ctx.kv().get(&key).await?;
        let mut texts = ctx.kv().get_json::<Vec<String>>(&key).await?.unwrap_or_default();
        if texts.len() >= MOST {
            return Err(Error::conflict(format!("⟦At most {MOST} comments.|Höchstens {MOST} Kommentare.⟧")));
        }
        texts.push(text.to_owned());
        if ctx.kv().compare_and_set(&key, before.as_deref(), &json!(texts).to_string()).await? {
            return Ok(Response::json(&json!({ "comments": texts }))?.with_status(201));
        }
    }
    Err(crate::busy())
}
//{{/comments}}
