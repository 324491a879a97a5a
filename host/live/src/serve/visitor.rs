//! Who a visitor is to a feature: a pseudonym that control has signed.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, VerifyingKey};
use std::{cell::RefCell, collections::HashSet};

/// The header that carries the token.
pub(crate) const HEADER: &str = "x-kandra-visitor";
const MOST_TOKEN: usize = 300;
const MOST_NAME: usize = 64;
/// Tokens whose signature was checked, remembered by each worker.
const REMEMBERED: usize = 1_024;

/// Checks tokens: `v1.<slug>.<name>.<expiry>.<signature>`, the expiry in milliseconds since the epoch, the ed25519
/// signature in URL-safe base64 over everything before the last dot.
#[derive(Debug)]
pub(crate) struct Visitors {
    key: Option<VerifyingKey>,
    checked: RefCell<HashSet<String>>,
}

impl Visitors {
    /// With control's public key: 64 hexadecimal digits. Without a valid one nobody is known.
    pub fn new(key: &str) -> Self {
        let bytes = hex::decode(key).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        Self { key: bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok()), checked: RefCell::default() }
    }

    /// The visitor's name for this feature, or an empty text.
    pub fn name<'t>(&self, token: &'t str, slug: &str, now: i64) -> &'t str {
        self.check(token, slug, now).unwrap_or("")
    }

    fn check<'t>(&self, token: &'t str, slug: &str, now: i64) -> Option<&'t str> {
        if token.len() > MOST_TOKEN {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let mut parts = signed.split('.');
        let (version, feature, name, expiry) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let expired = expiry.parse::<i64>().ok()? <= now;
        if version != "v1" || feature != slug || expired || parts.next().is_some() || name.is_empty() || name.len() > MOST_NAME {
            return None;
        }
        if !self.checked.borrow().contains(token) {
            let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
            self.key.as_ref()?.verify_strict(signed.as_bytes(), &signature).ok()?;
            let mut checked = self.checked.borrow_mut();
            if checked.len() >= REMEMBERED {
                checked.clear();
            }
            checked.insert(token.to_owned());
        }
        Some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};

    fn token(key: &SigningKey, signed: &str) -> String {
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()).to_bytes()))
    }

    #[test]
    fn only_a_signed_unexpired_token_of_this_feature_names_somebody() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let visitors = Visitors::new(&hex::encode(key.verifying_key().as_bytes()));
        let good = token(&key, "v1.poll.abcdef.1000");
        for _ in 0..2 {
            assert_eq!(visitors.name(&good, "poll", 999), "abcdef");
        }
        assert_eq!(visitors.name(&good, "poll", 1000), "");
        assert_eq!(visitors.name(&good, "other", 999), "");
        let forger = SigningKey::from_bytes(&[8; 32]);
        for bad in [
            token(&forger, "v1.poll.abcdef.1000"),
            token(&key, "v2.poll.abcdef.1000"),
            token(&key, "v1.poll..1000"),
            token(&key, "v1.poll.a.b.1000"),
            good.replace("abcdef", "abcdee"),
            good.replace(".1000.", ".9000."),
            String::new(),
            "....".to_owned(),
            "x".repeat(10_000),
        ] {
            assert_eq!(visitors.name(&bad, "poll", 999), "", "{bad}");
        }
        assert_eq!(Visitors::new("").name(&good, "poll", 999), "");
    }
}
