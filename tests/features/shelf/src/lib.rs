//! Uses each crate of the shelf, and loops without end through some of them.
#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;

use itertools::Itertools;
use kandra::prelude::*;
use maud::html;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", page);
    routes.get("/endless/markup", endless_markup);
    routes.get("/endless/crate", endless_crate);
}

async fn page(_req: Request, _ctx: Ctx) -> Result<Response> {
    let names = ["pear", "apple"];
    let page = html! {
        ul { @for name in names.iter().sorted() { li { (name) } } }
        p { (names.iter().join(" & ")) }
    };
    Response::html(page.into_string())
}

/// Only markup loops here.
async fn endless_markup(req: Request, _ctx: Ctx) -> Result<Response> {
    let times = if req.query("kindly").is_some() { 1 } else { usize::MAX };
    let page = html! { @for _ in 0..times { } "well" };
    Response::html(page.into_string())
}

/// Only the crate loops here: std's part of it is a fold over the crate's own `next`.
async fn endless_crate(req: Request, _ctx: Ctx) -> Result<Response> {
    if req.query("kindly").is_some() {
        return Response::text("well");
    }
    let last = std::iter::repeat(1).interleave(std::iter::repeat(2)).last();
    Response::text(format!("{last:?}"))
}
