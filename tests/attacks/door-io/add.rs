
use std::io::Read;
pub fn f() {}
