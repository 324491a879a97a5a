
use std::fmt::Display;
trait Trait { type A; }
impl<R, F: Fn() -> R> Trait for F { type A = R; }
struct S<T: Trait>(T::A);
fn transfer<T: Trait + 'static>(_: &T, x: S<T>) -> Box<dyn Display> where T::A: Display { Box::new(x.0) }
pub fn make<'a>(s: &'a str) -> Box<dyn Display> { let f = || -> &'a str { "" }; transfer(&f, S(s)) }
