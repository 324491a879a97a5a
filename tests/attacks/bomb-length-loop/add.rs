
const fn n() -> usize { let mut i = 0; loop { i += 1; if i == 0 { break i; } } }
pub type T = [u8; n()];
const L: usize = std::mem::size_of::<T>();
