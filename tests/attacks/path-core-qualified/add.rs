
pub fn f(x: &u8) -> u8 { <u8 as core::clone::Clone>::clone(x) }
