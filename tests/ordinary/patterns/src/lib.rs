#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Card {
    Number(u8),
    Face { points: u8, name: char },
    Joker,
}
use Card::{Face, Joker, Number};
fn points(card: Card) -> u8 {
    match card {
        Number(n @ 2..=10) => n,
        Number(0 | 1) => 1,
        Number(n) if n > 100 => 100,
        Number(_) => 11,
        Face { points, .. } => points,
        Joker => 0,
    }
}
fn slices(list: &[u8]) -> &'static str {
    match list {
        [] => "empty",
        [one] if *one == 7 => "seven",
        [first, .., last] if first == last => "ring",
        [_, rest @ ..] => if rest.is_empty() { "one" } else { "many" },
    }
}
fn nested(value: Option<std::result::Result<(u8, &str), ()>>) -> u8 {
    let Some(Ok((n, text))) = value else { return 0 };
    let (a, b);
    (a, b) = (n, text.len() as u8);
    if let 1..=9 = a && b > 0 { a + b } else { b }
}
fn classify(c: char) -> &'static str {
    match c {
        'a'..='z' | 'A'..='Z' => "letter",
        '0'..='9' => "digit",
        ' ' | '\t' | '\n' => "space",
        _ if c.is_alphabetic() => "other letter",
        _ => "mark",
    }
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&{ let all = [Number(5), Number(1), Number(200), Face { points: 10, name: 'K' }, Joker].map(points); json!({ "points": all, "slices": [slices(&[]), slices(&[7]), slices(&[1, 2, 1]), slices(&[1, 2])], "nested": nested(Some(Ok((3, "ab")))), "kinds": "a1 é!".chars().map(classify).collect::<Vec<_>>() }) })
}
