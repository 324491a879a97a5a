
#[cfg(target_os = "linux")]
pub fn f() {}
