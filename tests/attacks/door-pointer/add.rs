
pub fn f() { std::ptr::null::<u8>(); }
