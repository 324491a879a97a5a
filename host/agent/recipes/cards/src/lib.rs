#![no_std]
#![forbid(unsafe_code)]
//! Cards with two sides that visitors write, to learn or to quiz each other.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What stands on the two sides.
const SIDES: [&str; 2] = ["Question", "Answer"];
/// At most so many cards, and characters of a side.
const MOST_CARDS: usize = 400;
const MOST_CHARS: usize = 200;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/cards", add);
    routes.delete("/cards/{id}", remove);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize)]
struct Card {
    front: String,
    back: String,
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let cards = ctx.kv().list_json::<Card>("card:").await?;
    let cards: Vec<Value> =
        cards.into_iter().map(|(key, card)| json!({ "id": key.trim_start_matches("card:"), "front": card.front, "back": card.back })).collect();
    Response::json(&json!({ "sides": SIDES, "cards": cards }))
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let Card { front, back } = req.json()?;
    let (front, back) = (front.trim(), back.trim());
    if [front, back].iter().any(|side| side.is_empty() || side.chars().count() > MOST_CHARS) {
        return Err(Error::bad_request(format!("⟦Each side has 1 to {MOST_CHARS} characters.|Jede Seite hat 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    if ctx.kv().list("card:").await?.len() >= MOST_CARDS {
        return Err(Error::conflict(format!("⟦At most {MOST_CARDS} cards. Remove one first.|Höchstens {MOST_CARDS} Karten. Entferne erst eine.⟧")));
    }
    let id = format!("{:06}", ctx.kv().increment("last", 1).await?);
    ctx.kv().set_json(&format!("card:{id}"), &Card { front: front.to_owned(), back: back.to_owned() }).await?;
    Ok(Response::json(&json!({ "id": id, "front": front, "back": back }))?.with_status(201))
}

async fn remove(req: Request, ctx: Ctx) -> Result<Response> {
    if !ctx.kv().delete(&format!("card:{}", req.param("id")?)).await? {
        return Err(Error::not_found("⟦This card is gone already.|Diese Karte gibt es schon nicht mehr.⟧"));
    }
    Response::json(&json!({ "removed": true }))
}
