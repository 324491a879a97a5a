#![no_std]
#![forbid(unsafe_code)]
//! One number that all visitors share, kept in memory: no database, and yet it survives every new revision.
extern crate kandra_std as std;
use kandra::prelude::*;

#[cfg(test)]
mod tests;
mod widget;

kandra::feature!(mount);

/// What is in memory. A revision that adds a field gives it `#[serde(default)]` and takes the rest over.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Counter {
    count: i64,
    presses: u64,
}

fn mount(routes: &mut Routes) {
    routes.state::<Counter>();
    routes.get("/", show);
    routes.post("/up", up);
    routes.post("/down", down);
    routes.widget(widget::show);
}

async fn show(_req: Request, ctx: Ctx) -> Result<Response> {
    Response::json(&ctx.state::<Counter>()?.with(|counter| counter.clone()))
}

async fn up(_req: Request, ctx: Ctx) -> Result<Response> {
    press(&ctx, 1)
}

async fn down(_req: Request, ctx: Ctx) -> Result<Response> {
    press(&ctx, -1)
}

/// Nobody comes between within `with`, so no press is ever lost.
fn press(ctx: &Ctx, by: i64) -> Result<Response> {
    let now = ctx.state::<Counter>()?.with(|counter| {
        counter.count = counter.count.saturating_add(by);
        counter.presses = counter.presses.saturating_add(1);
        counter.clone()
    });
    Response::json(&now)
}
