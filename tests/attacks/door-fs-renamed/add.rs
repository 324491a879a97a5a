
use std::{fs as f};
pub fn g() { let _ = f::read("/etc/passwd"); }
