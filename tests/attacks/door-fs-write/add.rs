
pub fn f() { let _ = std::fs::write("/tmp/x", "x"); }
