#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;

use std::{string::String, vec::Vec};
use std::fmt;

pub struct A(Vec<String>);
impl fmt::Display for A {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", std::cmp::max(self.0.len(), 1))
    }
}
