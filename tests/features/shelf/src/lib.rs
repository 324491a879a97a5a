//! Uses each crate of the shelf, and loops without end through some of them.
#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;

mod each;

use itertools::Itertools;
use kandra::prelude::*;
use maud::html;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", each_crate);
    routes.get("/page", page);
    routes.get("/endless/markup", endless_markup);
    routes.get("/endless/crate", endless_crate);
    routes.get("/nested", nested);
}

async fn each_crate(_req: Request, ctx: Ctx) -> Result<Response> {
    Response::text(each::lines(ctx.now(), ctx.random().below(1_000), ctx.random().bytes()).join("\n"))
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

/// Only the crate loops here.
async fn endless_crate(req: Request, _ctx: Ctx) -> Result<Response> {
    if req.query("kindly").is_some() {
        return Response::text("well");
    }
    let last = std::iter::repeat(1).interleave(std::iter::repeat(2)).last();
    Response::text(format!("{last:?}"))
}

/// A query that nests as deep as it is asked to.
async fn nested(req: Request, _ctx: Ctx) -> Result<Response> {
    let depth: usize = req.query("depth").and_then(|depth| depth.parse().ok()).unwrap_or(3);
    let query = "{a".repeat(depth) + &"}".repeat(depth);
    Response::text(graphql_parser::parse_query::<String>(&query).map_or_else(|_| "refused".to_string(), |_| "read".to_string()))
}
