#![no_std]
#![forbid(unsafe_code)]
//! A counter that all visitors share.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What is counted.
const LABEL: &str = "clicks";
/// Whether it also counts down.
const DOWN: bool = true;
/// Whether it counts anew each day, by the clock of the server (UTC); the total goes on.
const DAILY: bool = false;
/// Whether the button is big and red.
const RED: bool = false;
const DAY: i64 = 86_400_000;

fn mount(routes: &mut Routes) {
    routes.get("/", count);
    routes.post("/up", up);
    routes.post("/down", down);
    routes.widget(widget::show);
}

async fn count(_req: Request, ctx: Ctx) -> Result<Response> {
    answer(&ctx).await
}

async fn up(_req: Request, ctx: Ctx) -> Result<Response> {
    step(&ctx, 1).await?;
    answer(&ctx).await
}

async fn down(_req: Request, ctx: Ctx) -> Result<Response> {
    if !DOWN {
        return Err(Error::forbidden("⟦This counter only counts up.|Dieser Zähler zählt nur aufwärts.⟧"));
    }
    step(&ctx, -1).await?;
    answer(&ctx).await
}

async fn step(ctx: &Ctx, by: i64) -> Result<()> {
    ctx.kv().increment("count", by).await?;
    if DAILY {
        let day = ctx.now().div_euclid(DAY);
        ctx.kv().increment(&format!("day:{day}"), by).await?;
        // Of the days before only yesterday is shown.
        for (key, _) in ctx.kv().list("day:").await? {
            if key.trim_start_matches("day:").parse::<i64>().is_ok_and(|old| old < day - 1) {
                ctx.kv().delete(&key).await?;
            }
        }
    }
    Ok(())
}

async fn answer(ctx: &Ctx) -> Result<Response> {
    let total = ctx.kv().get_json::<i64>("count").await?.unwrap_or(0);
    let day = ctx.now().div_euclid(DAY);
    let today = ctx.kv().get_json::<i64>(&format!("day:{day}")).await?.unwrap_or(0);
    let yesterday = ctx.kv().get_json::<i64>(&format!("day:{}", day - 1)).await?.unwrap_or(0);
    let count = if DAILY { today } else { total };
    Response::json(&json!({
        "count": count, "label": LABEL, "down": DOWN, "daily": DAILY, "red": RED, "yesterday": yesterday, "total": total,
    }))
}
