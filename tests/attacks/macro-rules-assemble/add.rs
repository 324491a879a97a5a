
macro_rules! m { ($($a:ident)*) => { $(:: $a)* } }
pub fn f() { m!(std process exit)(1) }
