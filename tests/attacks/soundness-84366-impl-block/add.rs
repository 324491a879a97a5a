
use std::fmt::Display;
trait Trait { type A; }
impl<R, F: Fn() -> R> Trait for F { type A = R; }
struct S<T>(T);
impl<T: Trait + 'static> S<T> { fn transfer(x: <T as Trait>::A) -> Box<dyn Display> where T::A: Display { Box::new(x) } }
