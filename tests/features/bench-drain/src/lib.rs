#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

/// Which build answers: the benchmark changes it to make a second revision.
const GENERATION: u32 = 1;

fn mount(routes: &mut Routes) {
    routes.get("/sleep/{ms}", sleep).get("/begun", begun).get("/large/{bytes}", large).get("/generation", generation);
}

async fn sleep(req: Request, ctx: Ctx) -> Result<Response> {
    ctx.kv().increment("begun", 1).await?;
    ctx.sleep(Duration::from_millis(req.param_as("ms")?)).await;
    Response::json(&json!({ "generation": GENERATION }))
}

async fn generation(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::json(&json!({ "generation": GENERATION }))
}

/// How many calls have begun to wait, so that a swap can come after them.
async fn begun(_req: Request, ctx: Ctx) -> Result<Response> {
    Response::text(ctx.kv().increment("begun", 0).await?.to_string())
}

async fn large(req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text("x".repeat(req.param_as("bytes")?))
}
