
pub fn f() { let _ = MaybeUninit::<u8>::uninit(); }
