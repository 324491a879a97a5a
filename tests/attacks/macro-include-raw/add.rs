
pub const X: &str = r#include_str!("/etc/passwd");
