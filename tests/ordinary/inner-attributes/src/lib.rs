// Copyright somebody.
//! A feature whose head is written in another order.
#![forbid(unsafe_code, non_ascii_idents)]
#![deny(warnings)]
#![no_std]

use kandra::prelude::*;

extern crate kandra_std as std;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

async fn index(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::json(&json!({ "fine": true }))
}
