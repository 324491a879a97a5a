
use std::{cell::RefCell, fmt::Display};
fn put2<'a, T: Display>(_: Option<&'a T>, y: T, out: &RefCell<Option<Box<dyn Display + 'a>>>) { *out.borrow_mut() = Some(Box::new(y)); }
pub fn bad<'c>(s: &'c str, o: &RefCell<Option<Box<dyn Display>>>) { let f: fn(_, &'c str, &RefCell<Option<Box<dyn Display + 'static>>>) = put2::<&'c str>; f(None, s, o) }
