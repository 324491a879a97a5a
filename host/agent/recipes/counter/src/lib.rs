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

fn mount(routes: &mut Routes) {
    routes.get("/", count);
    routes.post("/up", up);
    routes.post("/down", down);
    routes.widget(widget::show);
}

async fn count(_req: Request, ctx: Ctx) -> Result<Response> {
    let count = ctx.kv().get_json::<i64>("count").await?.unwrap_or(0);
    answer(count)
}

async fn up(_req: Request, ctx: Ctx) -> Result<Response> {
    answer(ctx.kv().increment("count", 1).await?)
}

async fn down(_req: Request, ctx: Ctx) -> Result<Response> {
    if !DOWN {
        return Err(Error::forbidden("⟦This counter only counts up.|Dieser Zähler zählt nur aufwärts.⟧"));
    }
    answer(ctx.kv().increment("count", -1).await?)
}

fn answer(count: i64) -> Result<Response> {
    Response::json(&json!({ "count": count, "label": LABEL, "down": DOWN }))
}
