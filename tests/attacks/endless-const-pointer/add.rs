
const fn spin() -> u8 { while true {} 1 }
const F: fn() -> u8 = spin;
pub fn f() -> u8 { F() }
