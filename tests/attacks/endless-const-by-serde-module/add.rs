
mod forever {
    pub const fn deserialize<'de, D: kandra::serde::Deserializer<'de>>(_d: D) -> std::result::Result<u32, D::Error> { loop {} }
}
#[derive(Deserialize)]
pub struct Other { #[serde(with = "forever")] pub value: u32 }
