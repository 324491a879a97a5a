
use core::mem as m;
pub fn f() { m::forget(String::new()) }
