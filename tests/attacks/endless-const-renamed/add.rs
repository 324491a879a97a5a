
mod m { pub const fn spin() -> u8 { loop {} } }
use m::spin as calm;
pub fn f() -> u8 { calm() }
