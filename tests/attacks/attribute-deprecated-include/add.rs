
#[deprecated(note = include_str!("/etc/passwd"))]
pub fn f() {}
