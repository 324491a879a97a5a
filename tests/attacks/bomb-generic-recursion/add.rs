
fn grow<T: Clone>(x: T, n: u32) -> u32 { if n == 0 { 0 } else { grow(Some(x), n - 1) } }
