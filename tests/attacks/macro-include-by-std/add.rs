
pub const X: &str = std::include_str!("/etc/passwd");
