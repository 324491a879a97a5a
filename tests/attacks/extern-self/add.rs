
extern crate self as me;
pub fn f() { me::std::fs::read("/etc/passwd"); }
