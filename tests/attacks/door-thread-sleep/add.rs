
use std::thread;
pub fn f() { thread::sleep(Duration::from_secs(9)) }
