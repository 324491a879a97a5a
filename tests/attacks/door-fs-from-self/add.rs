
pub fn f() { let _ = self::std::fs::read("/etc/passwd"); }
