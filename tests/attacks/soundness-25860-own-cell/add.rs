
static U: &'static &'static () = &&();

use std::cell::Cell;
pub struct Sink<'a>(Cell<&'a str>);
fn put<'a, 'b>(_: &'a &'b (), y: &'b str, out: &Sink<'a>) { out.0.set(y) }
pub fn bad<'c>(s: &'c str) -> &'static str { let c: Sink<'static> = Sink(Cell::new("")); let f: fn(_, &'c str, &Sink<'static>) = put; f(U, s, &c); c.0.get() }
