//! Answers with thousands of headers, one of them of a mebibyte.
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
    let mut response = Response::text("bomb")?.with_header("x-long", &"x".repeat(1 << 20));
    for number in 0..5_000 {
        response = response.with_header(&format!("x-{number}"), "x");
    }
    Ok(response)
}
