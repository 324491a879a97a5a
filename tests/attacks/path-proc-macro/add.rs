
pub fn f() { proc_macro::TokenStream::new(); }
