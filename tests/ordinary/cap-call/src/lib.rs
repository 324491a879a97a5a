#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/sum", sum);
}

async fn sum(_req: Request, ctx: Ctx) -> Result<Response> {
    let asked = ctx.call("shared-counter").get("/count").send().await;
    let count: Option<i64> = asked.and_then(|answer| answer.success()?.json::<Value>()).ok().and_then(|value| value["count"].as_i64());
    Response::json(&json!({ "twice": count.map(|n| n * 2) }))
}
