
#[derive(Serialize, Deserialize)]
pub struct S { #[serde(evil = "x")] x: u8 }
