
const fn spin() -> u8 { loop {} }
#[derive(Deserialize)]
pub struct S { #[serde(default = "spin")] x: u8 }
