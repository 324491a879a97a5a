
use std::fs::File;
pub fn f() { let _ = File::open("/etc/passwd"); }
