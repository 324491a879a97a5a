//! Cannot take over the state of the revision before it.
#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

/// The revision before this one is made by writing `false` here.
const FAILS: bool = true;

#[derive(Default, Serialize, Deserialize)]
struct Count(u64);

fn mount(routes: &mut Routes) {
    routes.get("/fate", fate);
    if FAILS {
        routes.migrating_state(2, |_, _| -> Result<Count> { Err(Error::internal("as asked")) });
    } else {
        routes.state::<Count>();
    }
}

async fn fate(req: Request, ctx: Ctx) -> Result<Response> {
    if req.query("kindly").is_some() {
        return Response::text("well");
    }
    misbehave(req, ctx).await
}

async fn misbehave(_req: Request, ctx: Ctx) -> Result<Response> {
    let count = ctx.state::<Count>()?.with(|count| {
        count.0 += 1;
        count.0
    });
    Response::text(count.to_string())
}
