//! Panics while it unwinds from a panic.
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

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("the second")
    }
}

async fn misbehave(_req: Request, _ctx: Ctx) -> Result<Response> {
    let _bomb = Bomb;
    panic!("the first")
}
