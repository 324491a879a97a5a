#![no_std]
#![forbid(unsafe_code)]
//! Results of matches, and the table that follows from them.
extern crate kandra_std as std;
use kandra::prelude::*;
use std::collections::BTreeMap;

mod widget;

kandra::feature!(mount);

/// Points for a win and for a draw.
const WIN: i64 = 3;
const DRAW: i64 = 1;
/// At most so many matches, and characters of a name.
const MOST_MATCHES: usize = 500;
const MOST_CHARS: usize = 40;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/matches", add);
    routes.delete("/matches/{id}", remove);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize)]
struct Match {
    home: String,
    away: String,
    /// What each of them scored.
    score: (i64, i64),
}

#[derive(Default)]
struct Place {
    name: String,
    played: i64,
    won: i64,
    drawn: i64,
    points: i64,
    difference: i64,
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let matches = ctx.kv().list_json::<Match>("match:").await?;
    let mut places: BTreeMap<String, Place> = BTreeMap::new();
    for (_, game) in &matches {
        let (a, b) = game.score;
        for (name, own, other) in [(&game.home, a, b), (&game.away, b, a)] {
            let place = places.entry(name.to_lowercase()).or_default();
            name.clone_into(&mut place.name);
            place.played += 1;
            place.won += i64::from(own > other);
            place.drawn += i64::from(own == other);
            place.points += if own > other { WIN } else if own == other { DRAW } else { 0 };
            place.difference += own - other;
        }
    }
    let mut table: Vec<Place> = places.into_values().collect();
    table.sort_by_key(|place| (-place.points, -place.difference, -place.won));
    let table: Vec<Value> = table
        .iter()
        .map(|p| json!({ "name": p.name, "played": p.played, "won": p.won, "drawn": p.drawn, "lost": p.played - p.won - p.drawn, "difference": p.difference, "points": p.points }))
        .collect();
    let matches: Vec<Value> = matches
        .iter()
        .rev()
        .map(|(key, game)| json!({ "id": key.trim_start_matches("match:"), "home": game.home, "away": game.away, "score": game.score }))
        .collect();
    Response::json(&json!({ "table": table, "matches": matches }))
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let Match { home, away, score } = req.json()?;
    let (home, away) = (home.trim().to_owned(), away.trim().to_owned());
    if [&home, &away].iter().any(|name| name.is_empty() || name.chars().count() > MOST_CHARS) || home.to_lowercase() == away.to_lowercase() {
        return Err(Error::bad_request(format!("⟦Two different names of 1 to {MOST_CHARS} characters are needed.|Es braucht zwei verschiedene Namen mit 1 bis {MOST_CHARS} Zeichen.⟧")));
    }
    if !(0..=999).contains(&score.0) || !(0..=999).contains(&score.1) {
        return Err(Error::bad_request("⟦A score is from 0 to 999.|Ein Ergebnis ist von 0 bis 999.⟧"));
    }
    if ctx.kv().list("match:").await?.len() >= MOST_MATCHES {
        return Err(Error::conflict(format!("⟦At most {MOST_MATCHES} matches. Remove one first.|Höchstens {MOST_MATCHES} Spiele. Entferne erst eins.⟧")));
    }
    let id = format!("{:06}", ctx.kv().increment("last", 1).await?);
    ctx.kv().set_json(&format!("match:{id}"), &Match { home, away, score }).await?;
    Ok(show(req, ctx).await?.with_status(201))
}

async fn remove(req: Request, ctx: Ctx) -> Result<Response> {
    if !ctx.kv().delete(&format!("match:{}", req.param("id")?)).await? {
        return Err(Error::not_found("⟦This match is gone already.|Dieses Spiel gibt es schon nicht mehr.⟧"));
    }
    show(req, ctx).await
}
