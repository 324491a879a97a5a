
mod core { pub fn f() {} }
pub fn f() { core::f() }
