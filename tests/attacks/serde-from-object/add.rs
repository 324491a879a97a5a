
#[derive(Serialize, Deserialize)]
#[serde(from = "Box<dyn Object<u8, Output = u64>>")]
pub struct S {  x: u8 }
