
fn deep(n: u64) -> u64 { 1 + deep(n + 1) }
