#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

mod logic;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/text", text);
    routes.get("/rows/{group}", rows);
    routes.post("/echo", echo);
    routes.get("/kept", kept).post("/kept", keep);
}

async fn text(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text(logic::TEXT)
}

async fn rows(req: Request, _ctx: Ctx) -> Result<Response> {
    let limit = req.query("limit").and_then(|text| text.parse().ok()).unwrap_or(10u32).min(1000);
    Response::json(&logic::rows(req.param("group")?, limit))
}

async fn echo(req: Request, _ctx: Ctx) -> Result<Response> {
    Response::json(&req.json::<serde_json::Value>()?)
}

async fn kept(_req: Request, ctx: Ctx) -> Result<Response> {
    match ctx.kv().get("kept").await? {
        Some(text) => Response::text(text),
        None => Err(Error::not_found("Nothing is kept.")),
    }
}

async fn keep(_req: Request, ctx: Ctx) -> Result<Response> {
    ctx.kv().set("kept", logic::TEXT).await?;
    Response::text(logic::TEXT)
}
