//! Leaves a thread-local value with a destructor on every worker.
#![forbid(unsafe_code)]
use kandra::prelude::*;
use std::cell::RefCell;

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

std::thread_local! {
    static KEPT: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

async fn misbehave(_req: Request, _ctx: Ctx) -> Result<Response> {
    let count = KEPT.with_borrow_mut(|kept| {
        kept.push("something with a destructor".to_owned());
        kept.len()
    });
    Response::text(count.to_string())
}
