
#[derive(Serialize, Deserialize)]
pub struct S { #[serde(with = "r#core::mem")] x: u8 }
