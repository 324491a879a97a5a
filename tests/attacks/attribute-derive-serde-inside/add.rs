
#[derive(serde::__private::Clone)]
pub struct S(u8);
