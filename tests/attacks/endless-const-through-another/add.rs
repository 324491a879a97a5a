
const fn a() -> u8 { b() }
const fn b() -> u8 { loop {} }
pub fn f() -> u8 { a() }
