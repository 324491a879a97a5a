
pub fn f() { exit(1) }
