
pub fn f() { let mut s = String::new(); std::io::stdin().read_line(&mut s); }
