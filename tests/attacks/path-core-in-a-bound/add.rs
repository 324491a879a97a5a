
pub fn f<T: core::marker::Copy>(x: T) {}
