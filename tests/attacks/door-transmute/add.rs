
use std::mem;
pub fn f() { mem::transmute::<u32, f32>(1); }
