
#[unsafe(no_mangle)]
pub fn malloc() {}
