
trait Object { type Output; }
impl<T: ?Sized> Object for (T) { type Output = u64; }
trait Sub: Object<Output = f64> {}
fn foo<T: ?Sized + Object>(x: T::Output) -> u64 where T: Object<Output = u64> { x }
pub fn f(d: &dyn Sub) {}
