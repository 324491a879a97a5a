
pub fn f() { std::time::Instant::now(); }
