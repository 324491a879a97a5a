#![no_std]
#![forbid(unsafe_code)]
//! How many days it has not happened, and how many it was at most.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What is counted.
const WHAT: &str = "Days without an accident";

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.put("/since", set);
    routes.widget(widget::show);
}

fn today(ctx: &Ctx) -> i64 {
    ctx.now().div_euclid(86_400_000)
}

/// The day since which it has not happened; the first call begins.
async fn since(ctx: &Ctx) -> Result<i64> {
    if let Some(day) = ctx.kv().get_json::<i64>("since").await? {
        return Ok(day);
    }
    ctx.kv().compare_and_set("since", None, &today(ctx).to_string()).await?;
    Ok(today(ctx))
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    let days = (today(&ctx) - since(&ctx).await?).max(0);
    let record = ctx.kv().get_json::<i64>("record").await?.unwrap_or(0).max(days);
    Response::json(&json!({ "what": WHAT, "days": days, "record": record }))
}

#[derive(Deserialize)]
struct Since {
    /// How many days ago it happened last.
    days: i64,
}

async fn set(req: Request, ctx: Ctx) -> Result<Response> {
    let Since { days } = req.json()?;
    if !(0..=36_500).contains(&days) {
        return Err(Error::bad_request("⟦Say how many days ago, from 0 to 36500.|Gib an, vor wie vielen Tagen, von 0 bis 36500.⟧"));
    }
    let before = (today(&ctx) - since(&ctx).await?).max(0);
    let record = ctx.kv().get_json::<i64>("record").await?.unwrap_or(0);
    if days == 0 && before > record {
        ctx.kv().set_json("record", &before).await?;
    }
    ctx.kv().set_json("since", &(today(&ctx) - days)).await?;
    show(req, ctx).await
}
