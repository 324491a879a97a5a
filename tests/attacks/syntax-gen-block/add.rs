
pub fn f() { let _ = gen { yield 1 }; }
