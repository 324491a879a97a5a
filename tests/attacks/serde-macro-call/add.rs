
#[derive(Serialize, Deserialize)]
pub struct S { #[serde(default = "concat!")] x: u8 }
