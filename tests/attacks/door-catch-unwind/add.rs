
pub fn f() { let _ = std::panic::catch_unwind(|| loop {}); }
