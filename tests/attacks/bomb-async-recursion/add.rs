
pub async fn a(n: u32) -> u32 { if n == 0 { 0 } else { a(n - 1).await } }
