
const X: u8 = unsafe { *(&7u8 as *const u8) };
