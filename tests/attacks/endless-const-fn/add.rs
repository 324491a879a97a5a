
const fn spin() -> u8 { loop {} }
pub fn f() -> u8 { spin() }
