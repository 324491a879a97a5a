
use std::fmt::Display;
trait Trait { type A; }
impl<R, F: Fn() -> R> Trait for F { type A = R; }
fn transfer<T: Trait>(_: Option<&'static T>, _: &T, x: T::A) -> Box<dyn Display> where T::A: Display { Box::new(x) }
pub fn make<'a>(s: &'a str) -> Box<dyn Display> { let f = || -> &'a str { "" }; transfer(None, &f, s) }
