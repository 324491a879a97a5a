#![no_std]
#![forbid(unsafe_code)]
//! A chat wall: what one visitor writes, all others read at once.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What stands in the empty room.
const WELCOME: &str = "Nobody has said anything yet. Say hello!";
/// The newest so many messages are kept.
const KEPT: usize = 100;
/// At most so many characters.
const MOST_NAME: usize = 30;
const MOST_TEXT: usize = 300;

fn mount(routes: &mut Routes) {
    routes.get("/", messages);
    routes.post("/", say);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize)]
struct Message {
    name: String,
    text: String,
    at: i64,
}

async fn messages(_req: Request, ctx: Ctx) -> Result<Response> {
    let kept = ctx.kv().list_json::<Message>("message:").await?;
    let messages: Vec<Message> = kept.into_iter().map(|(_, message)| message).collect();
    Response::json(&json!({ "welcome": WELCOME, "messages": messages }))
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    name: String,
    text: String,
}

async fn say(req: Request, ctx: Ctx) -> Result<Response> {
    let Said { name, text } = req.json()?;
    let (name, text) = (name.trim(), text.trim());
    if name.chars().count() > MOST_NAME {
        return Err(Error::bad_request(format!("⟦A name has at most {MOST_NAME} characters.|Ein Name hat höchstens {MOST_NAME} Zeichen.⟧")));
    }
    if text.is_empty() || text.chars().count() > MOST_TEXT {
        return Err(Error::bad_request(format!("⟦A message has 1 to {MOST_TEXT} characters.|Eine Nachricht hat 1 bis {MOST_TEXT} Zeichen.⟧")));
    }
    let name = if name.is_empty() { "Guest" } else { name };
    let message = Message { name: name.to_owned(), text: text.to_owned(), at: ctx.now() };
    let number = ctx.kv().increment("last", 1).await?;
    ctx.kv().set_json(&format!("message:{number:012}"), &message).await?;
    let keys = ctx.kv().list("message:").await?;
    for (key, _) in keys.iter().take(keys.len().saturating_sub(KEPT)) {
        ctx.kv().delete(key).await?;
    }
    Ok(Response::json(&message)?.with_status(201))
}
