#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

struct Node {
    r#type: &'static str,
    r#match: bool,
    union: u8,
    auto: u8,
    default: u8,
}
fn r#try(r#fn: u8) -> u8 {
    r#fn + 1
}
fn extern_like(macro_rules: u8, raw: u8, safe: u8) -> u8 {
    macro_rules + raw + safe
}
fn dbg(x: u8) -> u8 {
    x
}
fn panic_if(condition: bool) -> Option<()> {
    (!condition).then_some(())
}
fn labelled() -> u8 {
    let mut n = 0;
    'outer: for a in 0.. {
        for b in 0..a {
            if a * b > 6 {
                break 'outer;
            }
            n += 1;
        }
    }
    let chosen = 'block: {
        if n > 3 {
            break 'block n;
        }
        0
    };
    chosen
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&{ let Node { r#type, r#match, union, auto, default } = Node { r#type: "leaf", r#match: true, union: 1, auto: 2, default: 3 }; json!({ "type": r#type, "match": r#match, "sum": union + auto + default, "try": r#try(1), "e": extern_like(1, 2, 3), "dbg": dbg(4), "p": panic_if(true).is_none(), "labelled": labelled() }) })
}
