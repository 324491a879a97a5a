
pub fn f() -> Vec<u8> { vec![#[cfg(evil)] 1] }
