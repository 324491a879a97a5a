//! A strict crate.
#![warn(clippy::all, clippy::pedantic)]
#![deny(unused_must_use, unreachable_pub, rust_2018_idioms)]
#![allow(clippy::module_name_repetitions)]
#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

use std::fmt::Debug;
/// Shows anything.
fn show<T: Debug + ?Sized>(value: &T) -> String {
    format!("{value:?}")
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&json!({ "shown": show("x") }))
}
