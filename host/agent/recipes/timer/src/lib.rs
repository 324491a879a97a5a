#![no_std]
#![forbid(unsafe_code)]
//! A timer that everybody sees run: it counts down from a time, or up like a stopwatch.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// Where it starts, seconds; 0 is a stopwatch.
const SECONDS: i64 = 300;
/// At most so many laps.
const MOST_LAPS: usize = 50;
/// The longest time that can be set, seconds.
const LONGEST: i64 = 24 * 3600;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/start", start);
    routes.post("/pause", pause);
    routes.post("/reset", reset);
    routes.post("/lap", lap);
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
    /// Milliseconds that had passed at each lap.
    #[serde(default)]
    laps: Vec<i64>,
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let timer = load(&ctx).await?;
    answer(&timer, ctx.now())
}

async fn start(_req: Request, ctx: Ctx) -> Result<Response> {
    let now = ctx.now();
    change(&ctx, |timer| {
        timer.since.get_or_insert(now);
    })
    .await
}

async fn pause(_req: Request, ctx: Ctx) -> Result<Response> {
    let now = ctx.now();
    change(&ctx, |timer| {
        if let Some(since) = timer.since.take() {
            timer.passed += now - since;
        }
    })
    .await
}

/// Notes the time of a stopwatch that runs.
async fn lap(_req: Request, ctx: Ctx) -> Result<Response> {
    let now = ctx.now();
    change(&ctx, |timer| {
        if let (Some(since), true) = (timer.since, SECONDS == 0 && timer.laps.len() < MOST_LAPS) {
            timer.laps.push(timer.passed + now - since);
        }
    })
    .await
}

#[derive(Deserialize)]
struct Reset {
    seconds: i64,
}

async fn reset(req: Request, ctx: Ctx) -> Result<Response> {
    let Reset { seconds } = req.json()?;
    if !(0..=LONGEST).contains(&seconds) || (SECONDS == 0) != (seconds == 0) {
        return Err(Error::bad_request("⟦Give a time from one second to one day.|Gib eine Zeit von einer Sekunde bis zu einem Tag an.⟧"));
    }
    change(&ctx, |timer| *timer = Timer { from: seconds, passed: 0, since: None, laps: vec![] }).await
}

async fn load(ctx: &Ctx) -> Result<Timer> {
    Ok(ctx.kv().get_json("timer").await?.unwrap_or(Timer { from: SECONDS, passed: 0, since: None, laps: vec![] }))
}

/// Two who press at once both count.
async fn change(ctx: &Ctx, how: impl Fn(&mut Timer)) -> Result<Response> {
    for _ in 0..5 {
        let before = ctx.kv().get("timer").await?;
        let mut timer = load(ctx).await?;
        how(&mut timer);
        if ctx.kv().compare_and_set("timer", before.as_deref(), &json!(timer).to_string()).await? {
            return answer(&timer, ctx.now());
        }
    }
    Err(Error::conflict("⟦Others press just now. Try again.|Gerade drücken andere. Versuch es noch einmal.⟧"))
}

fn answer(timer: &Timer, now: i64) -> Result<Response> {
    let passed = timer.passed + timer.since.map_or(0, |since| now - since);
    Response::json(&json!({ "from": timer.from, "passed": passed, "running": timer.since.is_some(), "laps": timer.laps }))
}
