
pub fn f() -> Option<std::fs::File> { None }
