
use std::include_str as text;
pub const X: &str = text!("/etc/passwd");
