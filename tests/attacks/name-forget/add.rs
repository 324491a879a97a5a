
pub fn f() { forget(1) }
