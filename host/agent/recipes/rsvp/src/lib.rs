#![no_std]
#![forbid(unsafe_code)]
//! Who comes? A name and an answer; the same name again changes it.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What one is invited to.
const EVENT: &str = "Summer party";
/// What one can answer.
const ANSWERS: &[&str] = &["Yes", "Maybe", "No"];
/// At most so many names, and characters.
const MOST_NAMES: usize = 200;
const MOST_CHARS: usize = 60;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/answers", respond);
    routes.delete("/answers/{name}", take_back);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize)]
struct Reply {
    name: String,
    answer: String,
    #[serde(default)]
    note: String,
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let replies: Vec<Reply> = ctx.kv().list_json::<Reply>("name:").await?.into_iter().map(|(_, reply)| reply).collect();
    let coming = replies.iter().filter(|reply| reply.answer == ANSWERS[0]).count();
    Response::json(&json!({ "event": EVENT, "answers": ANSWERS, "replies": replies, "coming": coming }))
}

async fn respond(req: Request, ctx: Ctx) -> Result<Response> {
    let Reply { name, answer, note } = req.json()?;
    let (name, note) = (name.trim(), note.trim());
    if name.is_empty() || name.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦A name has 1 to {MOST_CHARS} characters.|Ein Name hat 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    if note.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦A note has at most {MOST_CHARS} characters.|Eine Bemerkung hat höchstens {MOST_CHARS} Zeichen.⟧")));
    }
    if !ANSWERS.contains(&answer.as_str()) {
        return Err(Error::bad_request(format!("⟦Answer {}.|Antworte {}.⟧", ANSWERS.join(", "))));
    }
    let key = key(name);
    if ctx.kv().get(&key).await?.is_none() && ctx.kv().list("name:").await?.len() >= MOST_NAMES {
        return Err(Error::conflict(format!("⟦The list is full: at most {MOST_NAMES} names.|Die Liste ist voll: höchstens {MOST_NAMES} Namen.⟧")));
    }
    let reply = Reply { name: name.to_owned(), answer, note: note.to_owned() };
    ctx.kv().set_json(&key, &reply).await?;
    Response::json(&reply)
}

async fn take_back(req: Request, ctx: Ctx) -> Result<Response> {
    if !ctx.kv().delete(&key(req.param("name")?)).await? {
        return Err(Error::not_found("⟦This name is not on the list.|Dieser Name steht nicht auf der Liste.⟧"));
    }
    Response::json(&json!({ "removed": true }))
}

fn key(name: &str) -> String {
    format!("name:{}", name.trim().to_lowercase())
}
