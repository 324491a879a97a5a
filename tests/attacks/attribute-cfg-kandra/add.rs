
#[cfg(not(kandra_library))]
pub fn f() {}
