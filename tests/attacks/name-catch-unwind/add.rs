
pub fn f() { let _ = catch_unwind(|| {}); }
