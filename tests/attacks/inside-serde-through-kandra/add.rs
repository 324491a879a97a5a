
pub fn f() { kandra::serde::__private::Ok::<u8, u8>(1); }
