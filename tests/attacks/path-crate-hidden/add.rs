
mod serde { pub fn f() {} }
