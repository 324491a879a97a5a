
#[repr(align(536870912))]
pub struct S(u8);
