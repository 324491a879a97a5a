#![no_std]
#![forbid(unsafe_code)]
//! A box for short texts of visitors, who may support those of others.
extern crate kandra_std as std;
use kandra::prelude::*;
use std::collections::BTreeMap;

mod widget;

kandra::feature!(mount);

/// What is asked for.
const PROMPT: &str = "What could be better?";
/// Whether visitors support them, so that the most wanted stand first; otherwise the newest do.
const VOTES: bool = true;
/// At most so many suggestions, and characters of one.
const MOST: usize = 200;
const MOST_CHARS: usize = 200;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/suggestions", suggest);
    routes.post("/suggestions/{id}/support", support);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize)]
struct Suggestion {
    text: String,
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let votes: BTreeMap<String, i64> = ctx.kv().list_json::<i64>("votes:").await?.into_iter().collect();
    let mut all = Vec::new();
    for (key, suggestion) in ctx.kv().list_json::<Suggestion>("suggestion:").await? {
        let id = key.trim_start_matches("suggestion:").to_owned();
        let votes = votes.get(&format!("votes:{id}")).copied().unwrap_or(0);
        all.push((votes, id, suggestion.text));
    }
    if VOTES {
        all.sort_by_key(|(votes, _, _)| -votes);
    } else {
        all.reverse();
    }
    let suggestions: Vec<Value> =
        all.iter().map(|(votes, id, text)| json!({ "id": id, "text": text, "votes": votes })).collect();
    Response::json(&json!({ "prompt": PROMPT, "suggestions": suggestions, "voting": VOTES }))
}

#[derive(Deserialize)]
struct NewSuggestion {
    text: String,
}

async fn suggest(req: Request, ctx: Ctx) -> Result<Response> {
    let NewSuggestion { text } = req.json()?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦Write 1 to {MOST_CHARS} characters.|Schreib 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    let all = ctx.kv().list_json::<Suggestion>("suggestion:").await?;
    if all.iter().any(|(_, known)| known.text.to_lowercase() == text.to_lowercase()) {
        return Err(Error::conflict("⟦This is there already.|Das steht schon da.⟧"));
    }
    if all.len() >= MOST {
        return Err(Error::conflict(format!("⟦The box is full: at most {MOST}.|Der Kasten ist voll: höchstens {MOST}.⟧")));
    }
    let id = format!("{:012}", ctx.kv().increment("last", 1).await?);
    ctx.kv().set_json(&format!("suggestion:{id}"), &Suggestion { text: text.to_owned() }).await?;
    Ok(Response::json(&json!({ "id": id, "text": text, "votes": 0 }))?.with_status(201))
}

async fn support(req: Request, ctx: Ctx) -> Result<Response> {
    let id = req.param("id")?;
    let key = format!("suggestion:{id}");
    let Some(suggestion) = ctx.kv().get_json::<Suggestion>(&key).await?.filter(|_| VOTES) else {
        return Err(Error::not_found("⟦There is nothing to support.|Hier gibt es nichts zu unterstützen.⟧"));
    };
    if !ctx.kv().compare_and_set(&format!("by:{id}:{}", req.visitor()), None, "1").await? {
        return Err(Error::conflict("⟦You support this already.|Das unterstützt du schon.⟧"));
    }
    let votes = ctx.kv().increment(&format!("votes:{id}"), 1).await?;
    Response::json(&json!({ "text": suggestion.text, "votes": votes }))
}
