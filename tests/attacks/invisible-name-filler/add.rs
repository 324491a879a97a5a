
pub fn f(ㅤ: u32) -> u32 { ㅤ + 1 }
