//! Runs in a circle.
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

async fn misbehave(req: Request, _ctx: Ctx) -> Result<Response> {
    let mut turns = 0u64;
    while req.query("stop").is_none() {
        turns = turns.wrapping_add(1);
    }
    Response::text(turns.to_string())
}
