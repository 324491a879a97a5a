#![no_std]
#![forbid(unsafe_code)]
//! Visitors light lanterns; a watchman walks his round every half minute, puts out what has burnt down, counts the rest.
extern crate kandra_std as std;
use kandra::prelude::*;

#[cfg(test)]
mod tests;
mod widget;

kandra::feature!(mount);

/// How long a lantern burns.
const BURNS: i64 = 10 * 60 * 1000;
/// Between two rounds.
const ROUND: Duration = Duration::from_secs(30);
/// Lanterns that burn at once, and characters of a wish.
const MOST_LANTERNS: usize = 60;
const MOST_WISH: usize = 80;
/// Rounds that are kept.
const KEPT: i64 = 5;

fn mount(routes: &mut Routes) {
    routes.every(ROUND, watch);
    routes.get("/", show);
    routes.post("/lanterns", light);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize)]
struct Lantern {
    wish: String,
    until: i64,
}

#[derive(Serialize, Deserialize)]
struct Round {
    at: i64,
    burning: usize,
    put_out: usize,
}

async fn lanterns(ctx: &Ctx) -> Result<Vec<(String, Lantern)>> {
    ctx.kv().list_json("lantern:").await
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let mut lanterns: Vec<Lantern> = lanterns(&ctx).await?.into_iter().map(|(_, lantern)| lantern).collect();
    lanterns.sort_by_key(|lantern| lantern.until);
    let rounds: Vec<Round> = ctx.kv().list_json("round:").await?.into_iter().rev().map(|(_, round)| round).collect();
    Response::json(&json!({ "lanterns": lanterns, "rounds": rounds, "every": ROUND.as_secs() }))
}

#[derive(Deserialize)]
struct Wish {
    wish: String,
}

async fn light(req: Request, ctx: Ctx) -> Result<Response> {
    let Wish { wish } = req.json()?;
    let wish = wish.trim();
    if wish.is_empty() || wish.chars().count() > MOST_WISH {
        return Err(Error::bad_request(format!("A wish has 1 to {MOST_WISH} characters.")));
    }
    let lantern = Lantern { wish: wish.to_string(), until: ctx.now() + BURNS };
    let text = json!(lantern).to_string();
    // Each place takes one lantern, whoever comes first: there can never be more than there are places.
    let taken: Vec<String> = lanterns(&ctx).await?.into_iter().map(|(place, _)| place).collect();
    for place in (0..MOST_LANTERNS).map(|place| format!("lantern:{place:02}")) {
        if !taken.contains(&place) && ctx.kv().compare_and_set(&place, None, &text).await? {
            return Ok(Response::json(&lantern)?.with_status(201));
        }
    }
    Err(Error::conflict("The square is full of lanterns. One will burn down soon."))
}

/// One round. It is never walked twice at once, so it may read and then write; afterwards the host publishes `changed`.
async fn watch(ctx: Ctx) -> Result<()> {
    let (mut burning, mut put_out) = (0, 0);
    for (key, lantern) in lanterns(&ctx).await? {
        if lantern.until > ctx.now() {
            burning += 1;
        } else if ctx.kv().delete(&key).await? {
            put_out += 1;
        }
    }
    let number = ctx.kv().increment("rounds", 1).await?;
    ctx.kv().set_json(&format!("round:{number:012}"), &Round { at: ctx.now(), burning, put_out }).await?;
    ctx.kv().delete(&format!("round:{:012}", number - KEPT)).await?;
    Ok(())
}
