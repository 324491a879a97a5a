
#[derive(Serialize, Deserialize)]
#[serde(crate = "crate::mine")]
pub struct S {  x: u8 }
