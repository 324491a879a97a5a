
#[rustc_dummy]
pub fn f() {}
