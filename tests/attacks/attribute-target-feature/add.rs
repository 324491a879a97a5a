
#[target_feature(enable = "avx512f")]
pub fn f() {}
