
use std::fmt::Display;
trait Trait { type A; }
impl<R, F: Fn() -> R> Trait for F { type A = R; }
trait Tr: Trait + 'static { fn transfer(&self, x: Self::A) -> Box<dyn Display> where Self::A: Display { Box::new(x) } }
impl<T: Trait + 'static> Tr for T {}
pub fn make<'a>(s: &'a str) -> Box<dyn Display> { let f = || -> &'a str { "" }; f.transfer(s) }
