
pub fn f() { r#core::mem::forget(String::new()) }
