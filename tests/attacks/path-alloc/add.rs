
pub fn f() { alloc::boxed::Box::new(1); }
