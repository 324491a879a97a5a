
pub fn peek(at: usize) -> u8 { unsafe { *(at as *const u8) } }
