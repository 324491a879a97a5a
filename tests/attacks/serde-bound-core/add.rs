
#[derive(Serialize, Deserialize)]
#[serde(bound = "u8: core::marker::Sized")]
pub struct S {  x: u8 }
