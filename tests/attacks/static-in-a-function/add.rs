
pub fn f() { static X: std::sync::Mutex<u8> = std::sync::Mutex::new(1); }
