
mod m { pub use kandra; }
use m::kandra::*;
pub fn f() { __tick() }
