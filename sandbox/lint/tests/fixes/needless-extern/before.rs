#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
extern crate serde; extern crate kandra;
use serde::Serialize;
