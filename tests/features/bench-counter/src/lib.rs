#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

/// Which build answers: the benchmark changes it to make a second revision.
const GENERATION: u32 = 1;

fn mount(routes: &mut Routes) {
    routes.post("/hit", hit);
}

async fn hit(_req: Request, ctx: Ctx) -> Result<Response> {
    let count = ctx.kv().increment("count", 1).await?;
    Response::json(&json!({ "count": count, "generation": GENERATION }))
}
