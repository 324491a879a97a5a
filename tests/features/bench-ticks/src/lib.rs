//! What ticks cost: `scripts/bench ticks` builds this crate through the gates and without them.
#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;
// The gate writes this line too.
#[allow(unused_imports)]
use std::prelude::v1::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/text", text).get("/json", json_of_rows).get("/sieve", sieve).get("/fib", fibonacci);
}

async fn text(_req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text("Hello, world!")
}

async fn json_of_rows(_req: Request, _ctx: Ctx) -> Result<Response> {
    let mut rows = Vec::new();
    for id in 0..50u64 {
        let tags: Vec<String> = (0..4).map(|tag| format!("tag-{tag}-{id}")).collect();
        rows.push(json!({ "id": id, "name": format!("row {id}"), "price": id as f64 * 1.25, "tags": tags }));
    }
    Response::json(&json!({ "rows": rows, "total": rows.len() }))
}

const MOST: usize = 1_000_000;

async fn sieve(_req: Request, _ctx: Ctx) -> Result<Response> {
    let mut prime = vec![true; MOST + 1];
    (prime[0], prime[1]) = (false, false);
    let mut number = 2;
    while number * number <= MOST {
        if prime[number] {
            let mut multiple = number * number;
            while multiple <= MOST {
                prime[multiple] = false;
                multiple += number;
            }
        }
        number += 1;
    }
    let mut count = 0u32;
    for one in &prime {
        if *one {
            count += 1;
        }
    }
    Response::text(count.to_string())
}

fn fib(n: u64) -> u64 {
    if n < 2 { n } else { fib(n - 1) + fib(n - 2) }
}

async fn fibonacci(req: Request, _ctx: Ctx) -> Result<Response> {
    Response::text(fib(req.query_as("n")?.unwrap_or(30)).to_string())
}
