
pub fn f() -> u8 { /* a */ unsafe /* b */ { *(8 as *const u8) } }
