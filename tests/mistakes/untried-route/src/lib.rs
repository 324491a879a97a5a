#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/count", count);
    routes.post("/hit", hit);
}

async fn count(_req: Request, ctx: Ctx) -> Result<Response> {
    let count = ctx.kv().get("count").await?.unwrap_or("0".to_string());
    Response::json(&json!({ "count": count.parse::<i64>().unwrap_or(0) }))
}

async fn hit(_req: Request, ctx: Ctx) -> Result<Response> {
    let count = ctx.kv().increment("count", 1).await?;
    Response::json(&json!({ "count": count }))
}
