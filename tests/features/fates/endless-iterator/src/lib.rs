//! Compares two endless iterators: a loop in the standard library, where no tick is.
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

async fn misbehave(_req: Request, _ctx: Ctx) -> Result<Response> {
    let order = std::iter::repeat(1u8).cmp(std::iter::repeat(1u8));
    Response::text(format!("{order:?}"))
}
