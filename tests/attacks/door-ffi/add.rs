
use std::ffi::CString;
pub fn f() {}
