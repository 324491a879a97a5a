#![no_std]
#![forbid(unsafe_code)]
//! Places with a name each: whoever comes first takes one, and may write what they do there.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What can be taken.
const SLOTS: &[&str] = &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];
/// How many names fit in each.
const PLACES: &[usize] = &[1, 1, 1, 1, 1];
/// What one writes there.
const LABEL: &str = "Your name";
/// At most so many characters.
const MOST_CHARS: usize = 60;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/slots/{slot}", take);
    routes.delete("/slots/{slot}/{place}", free);
    routes.widget(widget::show);
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let taken = ctx.kv().list("slot:").await?;
    let slots: Vec<Value> = SLOTS
        .iter()
        .enumerate()
        .map(|(slot, name)| {
            let start = format!("slot:{slot:03}:");
            let names: Vec<Value> = taken
                .iter()
                .filter_map(|(key, text)| Some(json!({ "place": key.strip_prefix(&start)?, "text": text })))
                .collect();
            json!({ "name": name, "taken": names, "full": names.len() >= PLACES[slot] })
        })
        .collect();
    Response::json(&json!({ "slots": slots, "label": LABEL }))
}

#[derive(Deserialize)]
struct Entry {
    text: String,
}

async fn take(req: Request, ctx: Ctx) -> Result<Response> {
    let slot: usize = req.param_as("slot")?;
    let Entry { text } = req.json()?;
    let text = text.trim();
    if slot >= SLOTS.len() {
        return Err(Error::not_found("⟦There is no such place.|Diesen Platz gibt es nicht.⟧"));
    }
    if text.is_empty() || text.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦Write 1 to {MOST_CHARS} characters.|Schreib 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    for place in 0..PLACES[slot] {
        if ctx.kv().compare_and_set(&format!("slot:{slot:03}:{place}"), None, text).await? {
            return Ok(Response::json(&json!({ "slot": SLOTS[slot], "place": place, "text": text }))?.with_status(201));
        }
    }
    Err(Error::conflict("⟦This one is taken already.|Das ist schon vergeben.⟧"))
}

async fn free(req: Request, ctx: Ctx) -> Result<Response> {
    let (slot, place): (usize, usize) = (req.param_as("slot")?, req.param_as("place")?);
    if !ctx.kv().delete(&format!("slot:{slot:03}:{place}")).await? {
        return Err(Error::not_found("⟦This one is free already.|Das ist schon frei.⟧"));
    }
    Response::json(&json!({ "free": true }))
}
