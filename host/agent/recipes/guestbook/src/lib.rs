#![no_std]
#![forbid(unsafe_code)]
//! A guestbook: a name and a few lines, newest first.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What the button invites to.
const INVITATION: &str = "Sign the guestbook";
/// The newest so many entries are kept.
const KEPT: usize = 200;
/// At most so many characters.
const MOST_NAME: usize = 40;
const MOST_MESSAGE: usize = 500;

fn mount(routes: &mut Routes) {
    routes.get("/", entries);
    routes.post("/", sign);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize)]
struct Entry {
    name: String,
    message: String,
    at: i64,
}

/// Keys count up with leading zeros, so that the order of keys is the order of time.
async fn entries(_req: Request, ctx: Ctx) -> Result<Response> {
    let kept = ctx.kv().list_json::<Entry>("entry:").await?;
    let entries: Vec<Entry> = kept.into_iter().rev().map(|(_, entry)| entry).collect();
    Response::json(&json!({ "invitation": INVITATION, "entries": entries }))
}

#[derive(Deserialize)]
struct Signature {
    name: String,
    message: String,
}

async fn sign(req: Request, ctx: Ctx) -> Result<Response> {
    let Signature { name, message } = req.json()?;
    let (name, message) = (name.trim(), message.trim());
    if name.is_empty() || name.chars().count() > MOST_NAME {
        return Err(Error::bad_request(format!("⟦A name has 1 to {MOST_NAME} characters.|Ein Name hat 1 bis {MOST_NAME} Zeichen.⟧")));
    }
    if message.is_empty() || message.chars().count() > MOST_MESSAGE {
        return Err(Error::bad_request(format!("⟦A message has 1 to {MOST_MESSAGE} characters.|Eine Nachricht hat 1 bis {MOST_MESSAGE} Zeichen.⟧")));
    }
    let entry = Entry { name: name.to_owned(), message: message.to_owned(), at: ctx.now() };
    let number = ctx.kv().increment("last", 1).await?;
    ctx.kv().set_json(&format!("entry:{number:012}"), &entry).await?;
    let keys = ctx.kv().list("entry:").await?;
    for (key, _) in keys.iter().take(keys.len().saturating_sub(KEPT)) {
        ctx.kv().delete(key).await?;
    }
    Ok(Response::json(&entry)?.with_status(201))
}
