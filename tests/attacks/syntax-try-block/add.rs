
pub fn f() -> Option<u8> { try { 1 } }
