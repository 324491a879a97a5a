
mod m { pub use std::{sync as locks}; }
mod n { pub use super::m::locks as inner; }
use n::inner::*;
pub fn f() { __set_tick(|| {}) }
