#![no_std]
#![forbid(unsafe_code)]
//! A timer of work and breaks in turn, that everybody sees run. The phase follows from the time that has passed.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// How long one works, and rests, seconds.
const WORK: i64 = 1500;
const BREAK: i64 = 300;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/start", start);
    routes.post("/pause", pause);
    routes.post("/reset", reset);
    routes.widget(widget::show);
}

#[derive(Serialize, Deserialize, Default)]
struct Timer {
    /// Milliseconds that had passed when it was last stopped.
    passed: i64,
    /// When it was started, if it runs.
    since: Option<i64>,
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    answer(&load(&ctx).await?, ctx.now())
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

async fn reset(_req: Request, ctx: Ctx) -> Result<Response> {
    change(&ctx, |timer| *timer = Timer::default()).await
}

async fn load(ctx: &Ctx) -> Result<Timer> {
    Ok(ctx.kv().get_json("timer").await?.unwrap_or_default())
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
    let passed = (timer.passed + timer.since.map_or(0, |since| now - since)).max(0);
    let (round, phase, _) = phase(passed);
    Response::json(&json!({
        "work": WORK, "break": BREAK, "passed": passed, "running": timer.since.is_some(), "round": round, "phase": phase,
    }))
}

/// Which round and phase it is after so many milliseconds, and how many are left of it.
fn phase(passed: i64) -> (i64, &'static str, i64) {
    let (work, whole) = (WORK * 1000, (WORK + BREAK) * 1000);
    let (round, within) = (passed / whole + 1, passed % whole);
    if within < work { (round, "work", work - within) } else { (round, "break", whole - within) }
}
