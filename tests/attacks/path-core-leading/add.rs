
pub fn f() { ::core::mem::forget(String::new()) }
