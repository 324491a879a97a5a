
pub fn f() { let _ = SystemTime::now(); }
