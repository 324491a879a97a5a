//! Drops a list whose destructors call each other, deeper than any stack.
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

struct Link {
    _next: Option<Box<Link>>,
}

async fn misbehave(_req: Request, _ctx: Ctx) -> Result<Response> {
    let mut first = None;
    for _ in 0..400_000 {
        first = Some(Box::new(Link { _next: first }));
    }
    Response::text(if first.is_some() { "long" } else { "empty" })
}
