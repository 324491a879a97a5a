
pub fn f() { let _ = crate::std::fs::read("/etc/passwd"); }
