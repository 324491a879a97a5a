#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
extern crate alloc;
use alloc::{string::String, vec::Vec};
use core::fmt;

pub struct A(Vec<String>);
impl fmt::Display for A {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", core::cmp::max(self.0.len(), 1))
    }
}
