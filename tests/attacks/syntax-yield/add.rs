
pub fn f() { || yield 1; }
