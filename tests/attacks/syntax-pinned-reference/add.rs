
pub fn f(x: &pin mut u8) {}
