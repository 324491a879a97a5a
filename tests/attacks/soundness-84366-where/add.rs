
use std::fmt::Display;
trait Trait { type A; }
impl<R, F: Fn() -> R> Trait for F { type A = R; }
fn transfer<T>(_: &T, x: T::A) -> Box<dyn Display> where T: Trait, T: 'static, T::A: Display { Box::new(x) }
