//! Calls itself without end.
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

fn deeper(path: &str, depth: u64) -> u64 {
    // Or the compiler makes a loop of it.
    let here = std::hint::black_box([depth; 32]);
    if path.is_empty() {
        return depth;
    }
    deeper(path, depth + 1) ^ here[(depth % 32) as usize]
}

async fn misbehave(req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text(deeper(req.path(), 0).to_string())
}
