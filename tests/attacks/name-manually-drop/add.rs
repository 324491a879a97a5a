
pub fn f() { let _ = ManuallyDrop::new(1); }
