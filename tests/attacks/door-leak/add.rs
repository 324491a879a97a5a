
pub fn f() { std::boxed::Box::leak(Box::new(1)); }
