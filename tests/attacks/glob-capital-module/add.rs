
mod m { pub use std::sync as Sync2; }
use m::Sync2::*;
pub fn f() { __set_tick(|| {}) }
