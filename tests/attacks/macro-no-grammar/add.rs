
pub fn f() -> String { format!("{}" => 1) }
