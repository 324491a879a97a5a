
pub fn f(x: std::mem::ManuallyDrop<u8>) {}
