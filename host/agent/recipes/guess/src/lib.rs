#![no_std]
#![forbid(unsafe_code)]
//! Guess the number: all visitors hunt the same one; whoever finds it starts the next round.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// The number lies between these.
const LOW: i64 = 1;
const HIGH: i64 = 100;
/// How many guesses of a round are shown.
const SHOWN: usize = 20;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/guess", guess);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize, Default)]
struct Round {
    secret: i64,
    guesses: Vec<(i64, String)>,
    tries: u32,
    best: Option<u32>,
    rounds: u32,
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let (_, round) = load(&ctx).await?;
    answer(&round, None)
}

#[derive(Deserialize)]
struct Guess {
    number: i64,
}

async fn guess(req: Request, ctx: Ctx) -> Result<Response> {
    let Guess { number } = req.json()?;
    if !(LOW..=HIGH).contains(&number) {
        return Err(Error::bad_request(format!("Guess a number from {LOW} to {HIGH}.")));
    }
    let (before, mut round) = load(&ctx).await?;
    let hint = match number.cmp(&round.secret) {
        std::cmp::Ordering::Less => "higher",
        std::cmp::Ordering::Greater => "lower",
        std::cmp::Ordering::Equal => "found",
    };
    round.tries += 1;
    round.guesses.insert(0, (number, hint.to_owned()));
    round.guesses.truncate(SHOWN);
    if hint == "found" {
        let best = round.best.map_or(round.tries, |best| best.min(round.tries));
        round = Round { secret: draw(&ctx), best: Some(best), rounds: round.rounds + 1, ..Round::default() };
    }
    if !ctx.kv().compare_and_set("round", before.as_deref(), &json!(round).to_string()).await? {
        return Err(Error::conflict("Somebody else guessed just now. Try again."));
    }
    answer(&round, Some(hint))
}

/// The round as it is stored, and as it is.
async fn load(ctx: &Ctx) -> Result<(Option<String>, Round)> {
    let stored = ctx.kv().get("round").await?;
    let round = match stored {
        Some(_) => ctx.kv().get_json::<Round>("round").await?.unwrap_or_default(),
        None => Round { secret: draw(ctx), ..Round::default() },
    };
    Ok((stored, round))
}

fn draw(ctx: &Ctx) -> i64 {
    LOW + ctx.random().below((HIGH - LOW + 1) as u64) as i64
}

/// Everything but the secret.
fn answer(round: &Round, hint: Option<&str>) -> Result<Response> {
    let guesses: Vec<Value> = round.guesses.iter().map(|(number, hint)| json!({ "number": number, "hint": hint })).collect();
    Response::json(&json!({
        "low": LOW, "high": HIGH, "hint": hint, "guesses": guesses, "tries": round.tries, "best": round.best, "found": round.rounds,
    }))
}
