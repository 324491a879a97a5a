#![no_std]
#![forbid(unsafe_code)]
//! A board of coloured notes that everybody may pin, change and take off.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// The colours of paper; the first is the default.
const COLOURS: &[&str] = &["yellow", "green", "blue", "pink"];
/// At most so many notes, and characters on a note.
const MOST_NOTES: usize = 100;
const MOST_CHARS: usize = 280;

fn mount(routes: &mut Routes) {
    routes.get("/", notes);
    routes.post("/notes", pin);
    routes.put("/notes/{id}", change);
    routes.delete("/notes/{id}", take_off);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize)]
struct Note {
    text: String,
    #[serde(default)]
    colour: String,
}

async fn notes(_req: Request, ctx: Ctx) -> Result<Response> {
    let mut notes = Vec::new();
    for (key, note) in ctx.kv().list_json::<Note>("note:").await? {
        let id = key.trim_start_matches("note:");
        notes.push(json!({ "id": id, "text": note.text, "colour": note.colour }));
    }
    Response::json(&json!({ "notes": notes }))
}

async fn pin(req: Request, ctx: Ctx) -> Result<Response> {
    let note = checked(&req)?;
    if ctx.kv().list("note:").await?.len() >= MOST_NOTES {
        return Err(Error::conflict(format!("⟦The board is full: at most {MOST_NOTES} notes. Take one off first.|Die Wand ist voll: höchstens {MOST_NOTES} Zettel. Nimm erst einen ab.⟧")));
    }
    let id = format!("{:012}", ctx.kv().increment("last", 1).await?);
    ctx.kv().set_json(&format!("note:{id}"), &note).await?;
    Ok(Response::json(&json!({ "id": id, "text": note.text, "colour": note.colour }))?.with_status(201))
}

async fn change(req: Request, ctx: Ctx) -> Result<Response> {
    let note = checked(&req)?;
    let key = format!("note:{}", req.param("id")?);
    if ctx.kv().get(&key).await?.is_none() {
        return Err(Error::not_found("⟦This note is gone.|Diesen Zettel gibt es nicht mehr.⟧"));
    }
    ctx.kv().set_json(&key, &note).await?;
    Response::json(&note)
}

async fn take_off(req: Request, ctx: Ctx) -> Result<Response> {
    let gone = ctx.kv().delete(&format!("note:{}", req.param("id")?)).await?;
    if !gone {
        return Err(Error::not_found("⟦This note is gone already.|Diesen Zettel gibt es schon nicht mehr.⟧"));
    }
    Response::json(&json!({ "removed": true }))
}

fn checked(req: &Request) -> Result<Note> {
    let Note { text, colour } = req.json()?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦A note has 1 to {MOST_CHARS} characters.|Ein Zettel hat 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    let colour = COLOURS.iter().find(|known| **known == colour).unwrap_or(&COLOURS[0]);
    Ok(Note { text: text.to_owned(), colour: colour.to_string() })
}
