
pub fn f(x: Option<core::mem::ManuallyDrop<u8>>) {}
