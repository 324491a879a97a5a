
pub fn f() { let _ = NonNull::<u8>::dangling(); }
