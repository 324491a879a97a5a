
#[derive(Serialize, Deserialize)]
pub struct S { #[serde(with = "serde::__private::de")] x: u8 }
