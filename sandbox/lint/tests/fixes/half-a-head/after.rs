//! A poll.
#![forbid(unsafe_code)]
#![no_std]
#![allow(dead_code)]
extern crate kandra_std as std;
use kandra::prelude::*;
