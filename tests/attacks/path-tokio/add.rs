
pub fn f() { tokio::spawn(async {}); }
