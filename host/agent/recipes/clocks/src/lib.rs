#![no_std]
#![forbid(unsafe_code)]
//! A clock that runs in the visitor's own browser.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// Seconds: for each player, or of work, of rest; and how many rounds.
const FIRST: i64 = 300;
const SECOND: i64 = 300;
const ROUNDS: i64 = 1;

fn mount(routes: &mut Routes) {
    routes.get("/", show);
    routes.widget(widget::show);
}

async fn show(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::json(&json!({ "first": FIRST, "second": SECOND, "rounds": ROUNDS }))
}
