//! Takes a lock twice that does not tick, as a dependency could.
#![forbid(unsafe_code)]
use kandra::prelude::*;
use std::sync::{Mutex, PoisonError};

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

static LOCK: Mutex<u64> = Mutex::new(0);

async fn misbehave(_req: Request, _ctx: Ctx) -> Result<Response> {
    let first = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let second = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    Response::text(format!("{first} {second}"))
}
