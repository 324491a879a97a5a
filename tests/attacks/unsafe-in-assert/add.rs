
pub fn v() { assert!(unsafe { *(8 as *const u8) } == 0, "{}", 1) }
