
pub fn v(x: &str) -> bool { matches!(x, include_str!("/etc/passwd")) }
