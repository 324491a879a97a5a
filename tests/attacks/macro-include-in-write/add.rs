
use std::fmt::Write;
pub fn f(s: &mut String) { write!(s, "{}", include_str!("/etc/passwd")).unwrap() }
