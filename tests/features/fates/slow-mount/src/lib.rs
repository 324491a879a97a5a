//! Does not come back from mount.
#![forbid(unsafe_code)]
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/fate", fate);
    let mut turns = 0u64;
    while std::hint::black_box(turns) < u64::MAX {
        kandra::__tick();
        turns += 1;
    }
}

async fn fate(req: Request, ctx: Ctx) -> Result<Response> {
    if req.query("kindly").is_some() {
        return Response::text("well");
    }
    misbehave(req, ctx).await
}

async fn misbehave(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text("never mounted")
}
