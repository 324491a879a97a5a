
pub fn f() { dbg!(1); }
