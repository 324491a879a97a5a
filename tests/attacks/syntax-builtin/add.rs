
pub fn f() { builtin # offset_of(u8, x); }
