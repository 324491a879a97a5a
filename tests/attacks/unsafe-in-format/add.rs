
pub fn v() -> String { format!("{}", unsafe { *(8 as *const u8) }) }
