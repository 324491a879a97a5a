
pub fn f() { std::sync::mpsc::channel::<u8>(); }
