
pub fn f() { let _ = File::open("/etc/passwd"); }
