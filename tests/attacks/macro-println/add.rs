
pub fn f() { println!("x") }
