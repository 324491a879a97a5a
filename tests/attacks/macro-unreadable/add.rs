
pub fn f() { format!("{}", => unsafe) ; }
