
use std::os::fd::FromRawFd;
pub fn f() {}
