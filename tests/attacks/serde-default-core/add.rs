
#[derive(Serialize, Deserialize)]
pub struct S { #[serde(default = "core::mem::zeroed")] x: u8 }
