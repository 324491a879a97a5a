
#[repr(packed)]
pub struct S(u8, u64);
