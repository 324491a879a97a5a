
pub const X: &str = ::core::include_str!("/etc/passwd");
