//! A model key that cannot slip into a log.

use std::fmt;

/// A secret text. `Debug` and `Display` show that it is there, never what it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a key; surrounding white space (a newline at the end of a key file) is cut off. `None` when nothing is left.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The key itself, for the one header that carries it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(set)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_secret_never_shows_itself() {
        let key = Secret::new(" sk-abc123\n").unwrap();
        assert_eq!(key.reveal(), "sk-abc123");
        let shown = format!("{key:?} {key}");
        assert!(!shown.contains("abc") && !shown.contains("sk-"), "{shown}");
        assert!(Secret::new(" \n").is_none());
    }
}
