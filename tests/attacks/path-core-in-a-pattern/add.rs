
pub fn f(x: u8) -> bool { matches!(x, core::u8::MAX) }
