
use serde::__private as p;
pub fn f() { p::Some(1); }
