
use std::time::{Duration as D, SystemTime};
pub fn f(d: D) { SystemTime::now(); }
