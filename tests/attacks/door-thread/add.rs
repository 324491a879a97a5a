
pub fn f() { std::thread::spawn(|| loop {}); }
