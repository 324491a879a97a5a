//! A poll.
#![no_std]
#![allow(dead_code)]
use kandra::prelude::*;
