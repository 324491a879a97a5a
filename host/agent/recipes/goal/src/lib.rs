#![no_std]
#![forbid(unsafe_code)]
//! How far it is to a goal: everybody adds to it.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What is to be reached, and of what.
const GOAL: i64 = 8;
const UNIT: &str = "glasses";
/// Whether it begins anew with each day, and whether every visitor has their own.
const DAILY: bool = true;
const OWN: bool = true;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.post("/amounts", add);
    routes.widget(widget::show);
}

fn key(req: &Request, ctx: &Ctx) -> String {
    let day = if DAILY { ctx.now().div_euclid(86_400_000) } else { 0 };
    let whose = if OWN { req.visitor().to_string() } else { "all".to_owned() };
    format!("sum:{day}:{whose}")
}

async fn show(req: Request, ctx: Ctx) -> Result<Response> {
    let sum = ctx.kv().get_json::<i64>(&key(&req, &ctx)).await?.unwrap_or(0);
    Response::json(&json!({ "goal": GOAL, "unit": UNIT, "sum": sum, "reached": sum >= GOAL }))
}

#[derive(Deserialize)]
struct Amount {
    amount: i64,
}

async fn add(req: Request, ctx: Ctx) -> Result<Response> {
    let Amount { amount } = req.json()?;
    if amount == 0 || amount.abs() > GOAL.max(1000) {
        return Err(Error::bad_request("⟦Add a whole number that is not too large.|Gib eine ganze Zahl an, die nicht zu groß ist.⟧"));
    }
    let key = key(&req, &ctx);
    if DAILY {
        // Days that are over are of no use.
        let today = key.split(':').nth(1).unwrap_or_default().to_owned();
        for (old, _) in ctx.kv().list("sum:").await? {
            if old.split(':').nth(1) != Some(today.as_str()) {
                ctx.kv().delete(&old).await?;
            }
        }
    }
    let sum = ctx.kv().increment(&key, amount).await?;
    if sum < 0 {
        ctx.kv().increment(&key, -sum).await?;
    }
    Ok(show(req, ctx).await?.with_status(201))
}
