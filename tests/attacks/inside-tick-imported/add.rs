
use std::sync::__set_tick as t;
pub fn f() { t(|| {}) }
