pub fn f() -> u8 { unsafe { *(8 as *const u8) } }
