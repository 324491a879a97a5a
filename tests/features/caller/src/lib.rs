#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/rate/{base}", rate);
    routes.get("/inside", inside);
    routes.get("/elsewhere", elsewhere);
}

#[derive(Deserialize)]
struct Rate {
    eur: f64,
}

async fn rate(req: Request, ctx: Ctx) -> Result<Response> {
    let call = ctx.http().get("https://api.example.com/rate").segment(req.param("base")?).query("to", "eur");
    let rate: Rate = call.send().await?.success()?.json()?;
    Response::json(&json!({ "eur": rate.eur }))
}

/// A name of this very machine, with a secret.
async fn inside(_req: Request, ctx: Ctx) -> Result<Response> {
    let call = ctx.http().post("https://api.localhost/").secret("key", "authorization", "Bearer {secret}").json(&json!({ "a": 1 }));
    let answer = call.send().await?;
    Response::text(answer.text()?)
}

/// A host that the manifest does not name.
async fn elsewhere(_req: Request, ctx: Ctx) -> Result<Response> {
    let answer = ctx.http().get("https://evil.example.com/").send().await?;
    Response::text(answer.text()?)
}
