
#[derive(zerocopy::FromBytes)]
pub struct S(u8);
