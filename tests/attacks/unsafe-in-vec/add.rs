
pub fn v() -> Vec<u8> { vec![0; unsafe { *(8 as *const usize) }] }
