
pub fn f() -> usize { let x = [0u64; 1 << 60]; x.len() }
