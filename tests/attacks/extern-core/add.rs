
extern crate core as c;
pub fn f() { c::mem::forget(1) }
