
const fn spin(x: u8) -> u8 { spin(x) }
pub fn f() -> u8 { spin(1) }
