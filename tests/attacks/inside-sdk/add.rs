
pub fn f() { kandra::__tick() }
