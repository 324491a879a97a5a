
const fn f(x: u64) -> u64 { if x == 0 { 0 } else { 1 + f(x + 1) } }
const X: u64 = f(1);
