
const fn spin() -> u8 { loop {} }
pub fn f() -> String { format!("{}", spin()) }
