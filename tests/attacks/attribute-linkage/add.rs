
#[linkage = "weak"]
pub fn f() {}
