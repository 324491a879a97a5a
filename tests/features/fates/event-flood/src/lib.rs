//! Publishes events without end.
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
    let mut number = 0u64;
    loop {
        ctx.publish("flood", &number)?;
        number += 1;
    }
}
