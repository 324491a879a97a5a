#![no_std]
#![forbid(unsafe_code)]
//! A scoreboard: names, points, the highest first.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// Who plays from the start.
const PLAYERS: &[&str] = &["Red", "Blue"];
/// At most so many players, and characters of a name.
const MOST_PLAYERS: usize = 30;
const MOST_CHARS: usize = 40;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/players", join);
    routes.post("/players/{id}/points", score);
    routes.post("/reset", reset);
    routes.widget(widget::show);
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let mut players = Vec::new();
    for (id, name) in names(&ctx).await?.into_iter().enumerate() {
        let points = ctx.kv().get_json::<i64>(&format!("points:{id}")).await?.unwrap_or(0);
        players.push((points, id, name));
    }
    players.sort_by_key(|(points, id, _)| (-points, *id));
    let players: Vec<Value> =
        players.into_iter().map(|(points, id, name)| json!({ "id": id, "name": name, "points": points })).collect();
    Response::json(&json!({ "players": players }))
}

#[derive(Deserialize)]
struct Player {
    name: String,
}

async fn join(req: Request, ctx: Ctx) -> Result<Response> {
    let Player { name } = req.json()?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦A name has 1 to {MOST_CHARS} characters.|Ein Name hat 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    let before = ctx.kv().get("joined").await?;
    let known = names(&ctx).await?;
    if known.iter().any(|known| known.to_lowercase() == name.to_lowercase()) {
        return Err(Error::conflict("⟦This name is there already.|Diesen Namen gibt es schon.⟧"));
    }
    if known.len() >= MOST_PLAYERS {
        return Err(Error::conflict(format!("⟦At most {MOST_PLAYERS} names.|Höchstens {MOST_PLAYERS} Namen.⟧")));
    }
    let joined: Vec<&str> = known.iter().skip(PLAYERS.len()).map(String::as_str).chain([name]).collect();
    if !ctx.kv().compare_and_set("joined", before.as_deref(), &json!(joined).to_string()).await? {
        return Err(Error::conflict("⟦Somebody else joined just now. Try again.|Gerade kam jemand anderes dazu. Versuch es noch einmal.⟧"));
    }
    Ok(Response::json(&json!({ "id": known.len(), "name": name, "points": 0 }))?.with_status(201))
}

#[derive(Deserialize)]
struct Points {
    by: i64,
}

async fn score(req: Request, ctx: Ctx) -> Result<Response> {
    let Points { by } = req.json()?;
    let id: usize = req.param_as("id")?;
    if !(-100..=100).contains(&by) {
        return Err(Error::bad_request("⟦Give −100 to 100 at a time.|Gib −100 bis 100 auf einmal.⟧"));
    }
    let names = names(&ctx).await?;
    let Some(name) = names.get(id) else {
        return Err(Error::not_found("⟦Nobody has this number.|Niemand hat diese Nummer.⟧"));
    };
    let points = ctx.kv().increment(&format!("points:{id}"), by).await?;
    Response::json(&json!({ "id": id, "name": name, "points": points }))
}

async fn reset(_req: Request, ctx: Ctx) -> Result<Response> {
    for (key, _) in ctx.kv().list("points:").await? {
        ctx.kv().delete(&key).await?;
    }
    Response::json(&json!({ "reset": true }))
}

/// The players from the start, then those who joined, oldest first.
async fn names(ctx: &Ctx) -> Result<Vec<String>> {
    let joined = ctx.kv().get_json::<Vec<String>>("joined").await?.unwrap_or_default();
    Ok(PLAYERS.iter().map(|name| name.to_string()).chain(joined).collect())
}
