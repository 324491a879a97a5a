
pub struct S;
impl !Send for S {}
