
use std::fmt::Display;
fn put<'a, T: Display + 'a>(_: Option<&'a T>, y: T, out: &mut Option<Box<dyn Display + 'a>>) { *out = Some(Box::new(y)); }
fn put2<'a, T: Display>(_: Option<&'a T>, y: T, out: &mut Option<Box<dyn Display + 'a>>) { *out = Some(Box::new(y)); }
pub fn bad<'c>(s: &'c str, o: &mut Option<Box<dyn Display>>) { let f: fn(Option<&'static &'static str>, &'c str, &mut Option<Box<dyn Display + 'static>>) = put2::<&'c str>; let _ = put::<u8>; f(None, s, o) }
