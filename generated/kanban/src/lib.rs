#![no_std]
#![forbid(unsafe_code)]
//! A board of three columns. It works as plain HTML forms, and better with a script.
extern crate kandra_std as std;
use kandra::prelude::*;

mod board;

kandra::feature!(mount);

/// Cards that a board has room for, and characters of one.
const MOST_CARDS: i64 = 60;
const MOST_TEXT: usize = 120;
/// The columns, from left to right.
const LANES: [&str; 3] = ["To do", "Doing", "Done"];

fn mount(routes: &mut Routes) {
    routes.migration("CREATE TABLE card (id INTEGER PRIMARY KEY, text TEXT NOT NULL, lane INTEGER NOT NULL DEFAULT 0 CHECK (lane BETWEEN 0 AND 2), moved INTEGER NOT NULL)");
    routes.get("/", page);
    routes.get("/cards", list);
    routes.post("/cards", add);
    routes.post("/cards/{id}/move", shift);
    routes.post("/cards/{id}/remove", remove);
    routes.widget(widget);
}

/// One card, as it is stored and as programs get it.
#[derive(Serialize, Deserialize)]
struct Card {
    id: i64,
    text: String,
    lane: usize,
}

async fn cards(ctx: &Ctx) -> Result<Vec<Card>> {
    let rows = ctx.sql().query("SELECT id, text, lane FROM card ORDER BY lane, moved, id LIMIT 100", params![]).await?;
    rows.iter().map(|row| row.parse()).collect()
}

async fn list(_req: Request, ctx: Ctx) -> Result<Response> {
    Response::json(&json!({ "lanes": LANES, "cards": cards(&ctx).await? }))
}

async fn page(_req: Request, ctx: Ctx) -> Result<Response> {
    Response::html(board::page(&cards(&ctx).await?))
}

async fn widget(_req: Request, ctx: Ctx) -> Result<Response> {
    Response::html(board::fragment(&cards(&ctx).await?, "widget"))
}

/// Each form says to which of the two pages it belongs; the answer leads back there.
fn back(to: &str) -> Result<Response> {
    Response::redirect(if to == "widget" { "/widget" } else { "/" })
}

#[derive(Deserialize)]
struct New {
    text: String,
    #[serde(default)]
    back: String,
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let new: New = req.form()?;
    let text = new.text.trim();
    if text.is_empty() || text.chars().count() > MOST_TEXT {
        return Err(Error::bad_request(format!("A card has 1 to {MOST_TEXT} characters.")));
    }
    // The limit stands in the statement: many at once cannot pass it together.
    let sql = "INSERT INTO card (text, moved) SELECT ?1, ?2 WHERE (SELECT count(*) FROM card) < ?3";
    if ctx.sql().execute(sql, params![text, ctx.now(), MOST_CARDS]).await? == 0 {
        return Err(Error::conflict(format!("The board is full: it has room for {MOST_CARDS} cards. Remove one first.")));
    }
    back(&new.back)
}

#[derive(Deserialize)]
struct Move {
    lane: usize,
    #[serde(default)]
    back: String,
}

/// A move names its column: when two people press the same button, the card moves once.
async fn shift(req: Request, ctx: Ctx) -> Result<Response> {
    let id: i64 = req.param_as("id")?;
    let to: Move = req.form()?;
    if to.lane >= LANES.len() {
        return Err(Error::bad_request("There is no such column."));
    }
    let sql = "UPDATE card SET moved = CASE WHEN lane = ?2 THEN moved ELSE ?3 END, lane = ?2 WHERE id = ?1";
    if ctx.sql().execute(sql, params![id, to.lane as i64, ctx.now()]).await? == 0 {
        return Err(Error::not_found("There is no such card."));
    }
    back(&to.back)
}

#[derive(Deserialize)]
struct Remove {
    #[serde(default)]
    back: String,
}

async fn remove(req: Request, ctx: Ctx) -> Result<Response> {
    let id: i64 = req.param_as("id")?;
    let Remove { back: to } = req.form()?;
    if ctx.sql().execute("DELETE FROM card WHERE id = ?1", params![id]).await? == 0 {
        return Err(Error::not_found("There is no such card."));
    }
    back(&to)
}
