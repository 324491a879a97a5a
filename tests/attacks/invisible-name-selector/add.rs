
pub fn check(admin: bool, admin️: bool) -> bool { let _ = admin; admin️ }
