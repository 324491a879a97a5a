#![no_std]
#![forbid(unsafe_code)]
//! A suggestion box: everybody may add one and support others; the most wanted stand first.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What is asked for.
const PROMPT: &str = "What could be better?";
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
    votes: i64,
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let mut all = ctx.kv().list_json::<Suggestion>("suggestion:").await?;
    all.sort_by_key(|(_, suggestion)| -suggestion.votes);
    let suggestions: Vec<Value> = all
        .iter()
        .map(|(key, s)| json!({ "id": key.trim_start_matches("suggestion:"), "text": s.text, "votes": s.votes }))
        .collect();
    Response::json(&json!({ "prompt": PROMPT, "suggestions": suggestions }))
}

#[derive(Deserialize)]
struct NewSuggestion {
    text: String,
}

async fn suggest(req: Request, ctx: Ctx) -> Result<Response> {
    let NewSuggestion { text } = req.json()?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("A suggestion has 1 to {MOST_CHARS} characters.")));
    }
    let all = ctx.kv().list_json::<Suggestion>("suggestion:").await?;
    if all.iter().any(|(_, known)| known.text.to_lowercase() == text.to_lowercase()) {
        return Err(Error::conflict("This is suggested already: support it."));
    }
    if all.len() >= MOST {
        return Err(Error::conflict(format!("The box is full: at most {MOST} suggestions.")));
    }
    let id = format!("{:012}", ctx.kv().increment("last", 1).await?);
    ctx.kv().set_json(&format!("suggestion:{id}"), &Suggestion { text: text.to_owned(), votes: 0 }).await?;
    Ok(Response::json(&json!({ "id": id, "text": text, "votes": 0 }))?.with_status(201))
}

async fn support(req: Request, ctx: Ctx) -> Result<Response> {
    let id = req.param("id")?;
    let key = format!("suggestion:{id}");
    let Some(mut suggestion) = ctx.kv().get_json::<Suggestion>(&key).await? else {
        return Err(Error::not_found("This suggestion is gone."));
    };
    if !ctx.kv().compare_and_set(&format!("by:{id}:{}", req.visitor()), None, "1").await? {
        return Err(Error::conflict("You support this already."));
    }
    suggestion.votes += 1;
    ctx.kv().set_json(&key, &suggestion).await?;
    Response::json(&suggestion)
}
