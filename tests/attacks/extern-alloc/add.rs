
extern crate alloc;
pub fn f() { alloc::boxed::Box::leak(alloc::boxed::Box::new(1)); }
