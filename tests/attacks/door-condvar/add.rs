
use std::sync::{Arc, Condvar};
pub fn f(a: Arc<u8>) { Condvar::new(); }
