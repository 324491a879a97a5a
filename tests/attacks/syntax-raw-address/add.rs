
pub fn f(x: &u8) { let _ = &raw const *x; }
