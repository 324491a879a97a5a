#![no_std]
#![forbid(unsafe_code)]
//! Rock, paper, scissors against the house; the score is everybody's together.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// Each beats the one before it; the first beats the last.
const HANDS: [&str; 3] = ["rock", "paper", "scissors"];

fn mount(routes: &mut Routes) {
    routes.get("/", score);
    routes.post("/play", play);
    routes.widget(widget::show);
}

async fn score(_req: Request, ctx: Ctx) -> Result<Response> {
    Response::json(&tally(&ctx).await?)
}

#[derive(Deserialize)]
struct Throw {
    hand: String,
}

async fn play(req: Request, ctx: Ctx) -> Result<Response> {
    let Throw { hand } = req.json()?;
    let Some(mine) = HANDS.iter().position(|known| *known == hand) else {
        return Err(Error::bad_request("Choose rock, paper or scissors."));
    };
    let house = ctx.random().below(3) as usize;
    let result = ["draw", "visitors", "house"][(3 + mine - house) % 3];
    ctx.kv().increment(result, 1).await?;
    let score = tally(&ctx).await?;
    Response::json(&json!({ "you": hand, "house": HANDS[house], "result": result, "score": score }))
}

async fn tally(ctx: &Ctx) -> Result<Value> {
    let visitors = ctx.kv().get_json::<i64>("visitors").await?.unwrap_or(0);
    let house = ctx.kv().get_json::<i64>("house").await?.unwrap_or(0);
    let draw = ctx.kv().get_json::<i64>("draw").await?.unwrap_or(0);
    Ok(json!({ "visitors": visitors, "house": house, "draws": draw, "games": visitors + house + draw }))
}
