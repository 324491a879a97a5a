
pub fn f() { std::process::Command::new("sh").spawn(); }
