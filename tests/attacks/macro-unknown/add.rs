
pub fn f() { sqlx::query!("x") }
