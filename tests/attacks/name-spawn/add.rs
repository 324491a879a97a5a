
pub fn f() { spawn(|| {}); }
