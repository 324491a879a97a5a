#![no_std]
#![forbid(unsafe_code)]
//! A timer that everybody sees run: it counts down from a time, or up like a stopwatch.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// Where it starts, seconds; 0 is a stopwatch.
const SECONDS: i64 = 300;
/// The longest time that can be set, seconds.
const LONGEST: i64 = 24 * 3600;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/start", start);
    routes.post("/pause", pause);
    routes.post("/reset", reset);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize)]
struct Timer {
    /// What it counts down from, seconds.
    from: i64,
    /// Milliseconds that had passed when it was last stopped.
    passed: i64,
    /// When it was started, if it runs.
    since: Option<i64>,
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let timer = load(&ctx).await?;
    answer(&timer, ctx.now())
}

async fn start(_req: Request, ctx: Ctx) -> Result<Response> {
    let mut timer = load(&ctx).await?;
    if timer.since.is_none() {
        timer.since = Some(ctx.now());
    }
    save(&ctx, &timer).await
}

async fn pause(_req: Request, ctx: Ctx) -> Result<Response> {
    let mut timer = load(&ctx).await?;
    if let Some(since) = timer.since.take() {
        timer.passed += ctx.now() - since;
    }
    save(&ctx, &timer).await
}

#[derive(Deserialize)]
struct Reset {
    seconds: i64,
}

async fn reset(req: Request, ctx: Ctx) -> Result<Response> {
    let Reset { seconds } = req.json()?;
    if !(0..=LONGEST).contains(&seconds) || (SECONDS == 0) != (seconds == 0) {
        return Err(Error::bad_request("Give a time from one second to one day."));
    }
    save(&ctx, &Timer { from: seconds, passed: 0, since: None }).await
}

async fn load(ctx: &Ctx) -> Result<Timer> {
    Ok(ctx.kv().get_json("timer").await?.unwrap_or(Timer { from: SECONDS, passed: 0, since: None }))
}

async fn save(ctx: &Ctx, timer: &Timer) -> Result<Response> {
    ctx.kv().set_json("timer", timer).await?;
    answer(timer, ctx.now())
}

fn answer(timer: &Timer, now: i64) -> Result<Response> {
    let passed = timer.passed + timer.since.map_or(0, |since| now - since);
    Response::json(&json!({ "from": timer.from, "passed": passed, "running": timer.since.is_some() }))
}
