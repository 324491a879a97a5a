
pub fn f() { let _ = for<'a> |x: &'a u8| *x; }
