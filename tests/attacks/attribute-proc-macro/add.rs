
#[proc_macro]
pub fn f() {}
