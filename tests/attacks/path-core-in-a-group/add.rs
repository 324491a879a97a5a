
use {core::{mem::{self as m}}};
pub fn f() { m::forget(String::new()) }
