
#[derive(Serialize, Deserialize)]
#[serde(remote = "kandra::__rt::X")]
pub struct S {  x: u8 }
