#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/hello", hello);
}

async fn hello(_req: Request, _ctx: Ctx) -> Result<Response> {
    let name = std::fs::read_to_string("name.txt").unwrap_or_default();
    Response::text(format!("Hello {name}"))
}
