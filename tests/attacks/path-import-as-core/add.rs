
mod m { pub fn x() {} }
use m as core;
pub fn f() { core::x() }
