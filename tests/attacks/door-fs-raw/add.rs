
pub fn f() { let _ = r#std::r#fs::read("/etc/passwd"); }
