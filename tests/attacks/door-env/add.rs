
pub fn f() { for (k, v) in std::env::vars() {} }
