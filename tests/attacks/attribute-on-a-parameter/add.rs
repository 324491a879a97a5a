
pub fn f(#[cfg(evil)] x: u8) {}
