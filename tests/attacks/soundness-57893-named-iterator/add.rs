
mod m { pub trait Object<U> { type Output; }
    impl<T: ?Sized, U> Object<U> for T { type Output = U; } }
use m::Object as Iterator;
fn foo<T: ?Sized, U>(x: <T as m::Object<U>>::Output) -> U { x }
pub fn transmute<T, U>(x: T) -> U { foo::<dyn Iterator<U, Output = T>, U>(x) }
