
mod m { pub use kandra::__tick; }
pub fn f() { m::__tick() }
