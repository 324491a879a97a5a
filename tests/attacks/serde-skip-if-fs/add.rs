
#[derive(Serialize, Deserialize)]
pub struct S { #[serde(skip_serializing_if = "std::fs::exists")] x: u8 }
