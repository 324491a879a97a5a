
pub type T = [u8; unsafe { *(&7usize as *const usize) }];
