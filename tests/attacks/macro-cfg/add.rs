
pub fn f() -> u32 { if cfg!(kandra_library) { 1 } else { 2 } }
