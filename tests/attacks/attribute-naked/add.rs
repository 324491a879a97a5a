
#[naked]
pub fn f() {}
