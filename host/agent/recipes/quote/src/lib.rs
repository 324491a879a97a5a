#![no_std]
#![forbid(unsafe_code)]
//! One line a day, the same for everybody, and another at a press.
extern crate kandra_std as std;
use kandra::prelude::*;

mod widget;

kandra::feature!(mount);

/// What one line is called.
const THING: &str = "quote";
/// The lines, in the order of days.
const LINES: &[&str] = &["A journey of a thousand miles begins with a single step."];

const DAY_MILLIS: i64 = 86_400_000;

fn mount(routes: &mut Routes) {
    routes.get("/", today);
    routes.get("/random", random);
    routes.widget(widget::show);
}

async fn today(_req: Request, ctx: Ctx) -> Result<Response> {
    let day = ctx.now().div_euclid(DAY_MILLIS);
    let index = day.rem_euclid(LINES.len() as i64) as usize;
    answer(index)
}

async fn random(_req: Request, ctx: Ctx) -> Result<Response> {
    answer(ctx.random().below(LINES.len() as u64) as usize)
}

fn answer(index: usize) -> Result<Response> {
    Response::json(&json!({ "thing": THING, "line": LINES[index], "number": index + 1, "of": LINES.len() }))
}
