
pub fn v(x: u8) -> bool { matches!(x, y if unsafe { *(8 as *const u8) } == y) }
