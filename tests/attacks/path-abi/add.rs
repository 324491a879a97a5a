
pub fn f() { kandra_abi::version() }
