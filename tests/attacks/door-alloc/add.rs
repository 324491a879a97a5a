
pub fn f() { std::alloc::System; }
