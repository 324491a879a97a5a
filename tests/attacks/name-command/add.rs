
pub fn f() { let _ = Command::new("sh").spawn(); }
