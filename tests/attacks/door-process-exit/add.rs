
use std::process::exit;
pub fn f() { exit(1) }
