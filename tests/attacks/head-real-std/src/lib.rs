#![forbid(unsafe_code)]
use kandra::prelude::*;
kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

async fn index(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::json(&json!({ "fine": true }))
}
