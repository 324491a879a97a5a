
pub fn f() { abi_stable::std_types::RString::new(); }
