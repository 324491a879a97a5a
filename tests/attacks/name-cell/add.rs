
pub fn f() { let _ = UnsafeCell::new(1); }
