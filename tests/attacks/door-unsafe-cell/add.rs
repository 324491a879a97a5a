
pub fn f(x: std::cell::UnsafeCell<u8>) {}
