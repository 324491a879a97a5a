
pub const X: &str = concat!("a", include_str!("/etc/passwd"));
