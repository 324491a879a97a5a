#![no_std]
#![forbid(unsafe_code)]
//! A prediction game: visitors tip how matches end, results are entered, and points count.
extern crate kandra_std as std;
use kandra::prelude::*;
use std::collections::BTreeMap;

mod widget;

kandra::feature!(mount);

/// Points for the exact result, and for the right winner or a draw.
const EXACT: i64 = 3;
const RIGHT: i64 = 1;
/// At most so many matches, tips for one, and characters of a text.
const MOST_MATCHES: usize = 80;
const MOST_TIPS: usize = 100;
const MOST_CHARS: usize = 40;
const MOST_GOALS: u32 = 99;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/matches", add);
    routes.delete("/matches/{id}", remove);
    routes.put("/matches/{id}/tip", tip);
    routes.put("/matches/{id}/result", result);
    routes.widget(widget::show);
}

type Goals = (u32, u32);

#[derive(Serialize, Deserialize)]
struct Tip {
    visitor: String,
    name: String,
    goals: Goals,
}

#[derive(Serialize, Deserialize)]
struct Match {
    home: String,
    guest: String,
    result: Option<Goals>,
    tips: Vec<Tip>,
}

async fn show(req: Request, ctx: Ctx) -> Result<Response> {
    let mut table: BTreeMap<String, (String, i64)> = BTreeMap::new();
    let mut matches = Vec::new();
    for (key, game) in ctx.kv().list_json::<Match>("match:").await? {
        for tip in &game.tips {
            let entry = table.entry(tip.visitor.clone()).or_default();
            entry.0 = tip.name.clone();
            entry.1 += game.result.map_or(0, |result| points(tip.goals, result));
        }
        let mine = game.tips.iter().find(|tip| tip.visitor == req.visitor()).map(|tip| tip.goals);
        // Until the result is there nobody sees what others tip.
        let tips: Vec<Value> = match game.result {
            Some(result) => game.tips.iter().map(|tip| json!({ "name": tip.name, "goals": tip.goals, "points": points(tip.goals, result) })).collect(),
            None => vec![],
        };
        let id = key.trim_start_matches("match:");
        matches.push(json!({
            "id": id, "home": game.home, "guest": game.guest, "result": game.result, "mine": mine, "count": game.tips.len(), "tips": tips,
        }));
    }
    let name = table.get(req.visitor()).map(|(name, _)| name.clone());
    let mut table: Vec<(String, i64)> = table.into_values().collect();
    table.sort_by_key(|(_, points)| -points);
    let table: Vec<Value> = table.into_iter().map(|(name, points)| json!({ "name": name, "points": points })).collect();
    Response::json(&json!({ "matches": matches, "table": table, "name": name }))
}

fn points(tip: Goals, result: Goals) -> i64 {
    if tip == result {
        EXACT
    } else if tip.0.cmp(&tip.1) == result.0.cmp(&result.1) {
        RIGHT
    } else {
        0
    }
}

#[derive(Deserialize)]
struct New {
    home: String,
    guest: String,
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let New { home, guest } = req.json()?;
    let game = Match { home: checked(&home)?.to_owned(), guest: checked(&guest)?.to_owned(), result: None, tips: vec![] };
    if ctx.kv().list("match:").await?.len() >= MOST_MATCHES {
        return Err(Error::conflict(format!("⟦At most {MOST_MATCHES} matches.|Höchstens {MOST_MATCHES} Spiele.⟧")));
    }
    let id = format!("{:012}", ctx.kv().increment("last", 1).await?);
    ctx.kv().set_json(&format!("match:{id}"), &game).await?;
    Ok(Response::json(&json!({ "id": id, "home": game.home, "guest": game.guest }))?.with_status(201))
}

async fn remove(req: Request, ctx: Ctx) -> Result<Response> {
    if !ctx.kv().delete(&format!("match:{}", req.param("id")?)).await? {
        return Err(gone());
    }
    Response::json(&json!({ "removed": true }))
}

#[derive(Deserialize)]
struct NewTip {
    name: String,
    goals: Goals,
}

async fn tip(req: Request, ctx: Ctx) -> Result<Response> {
    let NewTip { name, goals } = req.json()?;
    let name = checked(&name)?;
    possible(goals)?;
    let visitor = req.visitor();
    change(&req, &ctx, |game| {
        if game.result.is_some() {
            return Err(Error::conflict("⟦This match is over: no more tips.|Dieses Spiel ist vorbei: keine Tipps mehr.⟧"));
        }
        let full = game.tips.len() >= MOST_TIPS;
        let new = Tip { visitor: visitor.to_owned(), name: name.to_owned(), goals };
        match game.tips.iter_mut().find(|tip| tip.visitor == visitor) {
            Some(mine) => *mine = new,
            None if full => {
                return Err(Error::conflict(format!("⟦At most {MOST_TIPS} tips for a match.|Höchstens {MOST_TIPS} Tipps für ein Spiel.⟧")));
            }
            None => game.tips.push(new),
        }
        Ok(())
    })
    .await
}

#[derive(Deserialize)]
struct NewResult {
    goals: Goals,
}

/// The result, which may be corrected.
async fn result(req: Request, ctx: Ctx) -> Result<Response> {
    let NewResult { goals } = req.json()?;
    possible(goals)?;
    change(&req, &ctx, |game| {
        game.result = Some(goals);
        Ok(())
    })
    .await
}

/// Two who tip at once both count.
async fn change(req: &Request, ctx: &Ctx, how: impl Fn(&mut Match) -> Result<()>) -> Result<Response> {
    let key = format!("match:{}", req.param("id")?);
    for _ in 0..6 {
        let Some(before) = ctx.kv().get(&key).await? else { return Err(gone()) };
        let Some(mut game) = ctx.kv().get_json::<Match>(&key).await? else { return Err(gone()) };
        how(&mut game)?;
        if ctx.kv().compare_and_set(&key, Some(&before), &json!(game).to_string()).await? {
            return Response::json(&json!({ "saved": true }));
        }
    }
    Err(Error::conflict("⟦Others change this just now. Try again.|Gerade ändern das auch andere. Versuch es noch einmal.⟧"))
}

fn possible(goals: Goals) -> Result<()> {
    if goals.0.max(goals.1) > MOST_GOALS {
        return Err(Error::bad_request(format!("⟦Give 0 to {MOST_GOALS} for each side.|Gib 0 bis {MOST_GOALS} für jede Seite an.⟧")));
    }
    Ok(())
}

fn gone() -> Error {
    Error::not_found("⟦This match is gone.|Dieses Spiel gibt es nicht mehr.⟧")
}

fn checked(text: &str) -> Result<&str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_CHARS {
        return Err(Error::bad_request(format!("⟦Write 1 to {MOST_CHARS} characters.|Schreib 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    Ok(text)
}
