
const X: u64 = { let mut i = 0; while true { i += 1; } i };
