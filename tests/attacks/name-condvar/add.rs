
pub fn f() { let _ = Condvar::new(); }
