
trait Sub: Iterator<Item: Copy> {}
trait Sub2: Sub + Iterator<Item = String> {}
fn dup<T: Sub2 + ?Sized>(x: &String) -> String { *x }
pub fn f(x: &String) -> String { dup::<dyn Sub2>(x) }
