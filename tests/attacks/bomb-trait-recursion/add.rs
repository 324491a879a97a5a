
trait T {}
impl<X> T for Vec<X> where Vec<Vec<X>>: T {}
fn f<X: T>() -> u8 { 1 }
