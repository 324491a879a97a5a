
pub struct S { unsafe x: u8 }
