
pub fn f() -> fn() -> u8 { || unsafe { *(8 as *const u8) } }
