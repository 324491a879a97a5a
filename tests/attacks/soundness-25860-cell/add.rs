
static U: &'static &'static () = &&();

use std::cell::Cell;
fn put<'a, 'b>(_: &'a &'b (), y: &'b str, out: &Cell<&'a str>) { out.set(y) }
pub fn bad<'c>(s: &'c str) -> &'static str { let c: Cell<&'static str> = Cell::new(""); let f: fn(_, &'c str, &Cell<&'static str>) = put; f(U, s, &c); c.get() }
