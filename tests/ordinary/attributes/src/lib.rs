#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {
    routes.get("/", index);
}

/// Doc comments with code:
/// ```
/// let x = unsafe { 1 };
/// std::process::exit(x);
/// ```
#[inline]
#[must_use]
#[allow(clippy::needless_return, reason = "shown on purpose")]
fn one() -> u8 {
    return 1;
}
#[deprecated(since = "0.1.0", note = "use `one`!")]
#[cold]
fn old() -> u8 {
    0
}
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(transparent)]
struct Id(u32);
#[repr(u8)]
enum Level {
    Low = 1,
    High = 0xff,
}
#[doc(hidden)]
#[expect(dead_code)]
fn hidden() {}
#[cfg(debug_assertions)]
fn checked() -> bool {
    true
}
#[cfg(not(debug_assertions))]
fn checked() -> bool {
    false
}
#[rustfmt::skip]
const M: [[u8; 2]; 2] = [
    [1, 0],
    [0, 1],
];
#[allow(deprecated)]
fn sum() -> u8 {
    #[allow(unused_mut)]
    let mut sum = one() + old();
    if cfg!(test) { sum } else { sum + Level::Low as u8 }
}
#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn ones() {
        let map: HashMap<u8, Id> = HashMap::from([(one(), Id(1))]);
        assert_eq!(map[&1], Id(1), "{map:?}");
    }

    #[test]
    #[ignore = "slow!"]
    #[should_panic(expected = "no!")]
    fn panics() {
        panic!("no!");
    }
}

async fn index(_req: Request, ctx: Ctx) -> Result<Response> {
    let _ = &ctx;
    Response::json(&json!({ "sum": sum(), "id": Id::default().0, "m": M, "high": Level::High as u8, "checked": checked() == cfg!(debug_assertions), "line": line!() > 1, "module": module_path!().contains("feature"), "text": stringify!(a + b) }))
}
