use kandra::prelude::*;

pub fn a() -> u8 { 1 }
