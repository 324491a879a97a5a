
const fn fib(x: u64) -> u64 { if x < 2 { x } else { fib(x - 1) + fib(x - 2) } }
const X: u64 = fib(60);
