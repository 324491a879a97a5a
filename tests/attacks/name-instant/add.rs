
pub fn f() { let _ = Instant::now(); }
