
use std::env;
pub fn f() { env::args(); }
