//! What a note is.
pub mod limits;

use self::limits::MOST;
use super::*;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Note {
    pub text: String,
    #[serde(default)]
    pub done: bool,
}

impl Note {
    pub fn checked(self) -> Result<Self> {
        let length = self.text.trim().chars().count();
        match length {
            0 => Err(Error::bad_request("write something")),
            n if n > MOST => Err(Error::too_large(format!("at most {} characters", limits::MOST))),
            _ => Ok(self),
        }
    }
}
