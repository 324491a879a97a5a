
trait Super { type Assoc; }
trait Sub: Super<Assoc: Copy> {}
fn dup<T: Sub<Assoc = String> + ?Sized>(x: &String) -> String { *x }
pub fn f(x: &String) -> String { dup::<dyn Sub<Assoc = String>>(x) }
