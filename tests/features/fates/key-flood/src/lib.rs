//! Writes keys without end.
#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/fate", fate);
}

async fn fate(req: Request, ctx: Ctx) -> Result<Response> {
    if req.query("kindly").is_some() {
        return Response::text("well");
    }
    misbehave(req, ctx).await
}

async fn misbehave(_req: Request, ctx: Ctx) -> Result<Response> {
    let value = "x".repeat(1_000);
    let mut number = ctx.now();
    loop {
        ctx.kv().set(&format!("key-{number}"), &value).await?;
        number += 1;
    }
}
