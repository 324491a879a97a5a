
use std::fmt::Display;
type Obj<'a> = Box<dyn Display + 'a>;
fn put2<'a, T: Display>(_: Option<&'a T>, y: T, _: &()) -> Obj<'a> { Box::new(y) }
pub fn bad<'c>(s: &'c str) -> Obj<'static> { let f: fn(_, &'c str, &()) -> Obj<'static> = put2::<&'c str>; f(None, s, &()) }
