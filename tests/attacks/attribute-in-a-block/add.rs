
pub fn f() { #[no_mangle] fn malloc() {} }
