//! Safe code, without one `unsafe`, that reaches memory which is not its own by bugs of the compiler that are open. The
//! lint refuses each of these shapes; here it was not asked.
#![forbid(unsafe_code)]
#![allow(coherence_leak_check)]
use kandra::prelude::*;

mod bugs;
mod escape;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/fate", fate);
    routes.get("/memory", memory);
    routes.get("/open", open);
}

async fn fate(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text("well")
}

/// `?bug=NUMBER`: what that bug lets it see.
async fn memory(req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text(bugs::reach(req.query("bug").unwrap_or_default().as_ref()))
}

/// `?path=FILE`: opens it by a system call, found by reading and jumping where the language has no way to.
async fn open(req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text(escape::open(req.query("path").unwrap_or_default().as_ref()))
}
