#![no_main]
#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;
kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

async fn index(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::json(&json!({ "fine": true }))
}
