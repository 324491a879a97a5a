
pub fn f(x: &u8) { let _ = std::ptr::addr_of!(*x); }
