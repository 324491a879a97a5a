
pub fn f() -> bool { Path::new("/etc").exists() }
