
struct S;
impl S { const fn spin(&self) -> u8 { loop {} } }
pub fn f() -> u8 { S.spin() }
