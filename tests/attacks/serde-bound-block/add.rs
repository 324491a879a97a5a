
#[derive(Serialize, Deserialize)]
#[serde(bound = "[u8; { loop {} }]: Sized")]
pub struct S {  x: u8 }
