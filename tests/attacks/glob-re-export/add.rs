
mod m { pub use std::sync; }
use m::sync::*;
pub fn f() { __set_tick(|| {}) }
