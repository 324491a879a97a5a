
#[cfg_attr(all(), no_mangle)]
pub fn malloc() {}
