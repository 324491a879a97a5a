
use std::mem as m;
pub fn f() { m::forget(1) }
