
#[derive(Deserialize)]
pub struct S { #[serde(default = "{ unsafe { peek() } }")] x: u8 }
