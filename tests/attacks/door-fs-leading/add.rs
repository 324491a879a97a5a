
pub fn f() { let _ = ::std::fs::read("/etc/passwd"); }
