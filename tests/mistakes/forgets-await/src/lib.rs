#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/hello", hello);
}

async fn hello(_req: Request, ctx: Ctx) -> Result<Response> {
    let count = ctx.kv().increment("visitors", 1)?;
    Response::text(format!("Hello, number {count}"))
}
