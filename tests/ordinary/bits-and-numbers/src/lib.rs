#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

use std::num::{NonZeroU32, Wrapping};
fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
fn hash(text: &str) -> u32 {
    text.bytes().fold(Wrapping(2_166_136_261u32), |h, b| (h ^ Wrapping(u32::from(b))) * Wrapping(16_777_619)).0
}
fn is_prime(n: u64) -> bool {
    n > 1 && (2..).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d))
}
fn roman(mut n: u32) -> String {
    let mut text = String::new();
    for (value, mark) in [(10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")] {
        while n >= value {
            text += mark;
            n -= value;
        }
    }
    text
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&json!({ "gcd": gcd(48, 36), "hash": hash("a"), "prime": is_prime(97), "roman": roman(14), "nz": NonZeroU32::new(3).map(NonZeroU32::get), "f": (2.0f64.powi(10) + f64::EPSILON).floor(), "max": i32::MAX.checked_add(1), "bits": 0b1010u8.count_ones(), "sat": 250u8.saturating_add(9), "hex": format!("{:#06x}", 255) }))
}
