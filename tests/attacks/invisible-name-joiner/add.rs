
pub fn check(admin: bool, ad‍min: bool) -> bool { let _ = admin; ad‍min }
