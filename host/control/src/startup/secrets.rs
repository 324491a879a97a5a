//! The owner's token and the key that signs visitors' names. Both are files of mode 0600 in `run/`.

use super::{Home, StartError};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, KeyInit, Mac};
use kandra_model::{Slug, Timestamp};
use sha2::{Digest, Sha256};
use std::{
    fmt,
    fs::File,
    io::{ErrorKind, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};

/// Shown once to the owner; whoever has it is the owner.
pub(crate) struct OwnerToken {
    digest: [u8; 32],
    /// The text, when it was made just now: to be shown once.
    fresh: Option<String>,
}

impl OwnerToken {
    /// Reads `run/owner.token`, or makes it.
    pub(crate) fn load(home: &Home) -> Result<Self, StartError> {
        let path = home.run().join("owner.token");
        if let Some(text) = read_private(&path)? {
            let text = text.trim();
            if text.len() < 20 {
                return Err(StartError::Damaged { path });
            }
            return Ok(Self { digest: Sha256::digest(text).into(), fresh: None });
        }
        let text = format!("kandra_{}", BASE64_URL_SAFE_NO_PAD.encode(random(&path)?));
        write_private(&path, &format!("{text}\n"))?;
        Ok(Self { digest: Sha256::digest(&text).into(), fresh: Some(text) })
    }

    /// Whether this is the token. Digests are compared, so that the time says nothing about the text.
    pub(crate) fn matches(&self, candidate: &str) -> bool {
        let found: [u8; 32] = Sha256::digest(candidate.trim()).into();
        found == self.digest
    }

    /// The text, at the start that made it.
    pub(crate) fn fresh(&self) -> Option<&str> {
        self.fresh.as_deref()
    }
}

impl fmt::Debug for OwnerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnerToken")
    }
}

/// How long a visitor's token is good, milliseconds: a day.
const TOKEN_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Signs what live believes about a visitor.
pub(crate) struct VisitorKey {
    signing: SigningKey,
}

impl VisitorKey {
    /// Reads `run/visitor.key`, or makes it.
    pub(crate) fn load(home: &Home) -> Result<Self, StartError> {
        let path = home.run().join("visitor.key");
        let seed: [u8; 32] = match read_private(&path)? {
            Some(text) => hex::decode(text.trim()).ok().and_then(|seed| seed.try_into().ok()).ok_or(StartError::Damaged { path })?,
            None => {
                let seed = random(&path)?;
                write_private(&path, &format!("{}\n", hex::encode(seed)))?;
                seed
            }
        };
        Ok(Self { signing: SigningKey::from_bytes(&seed) })
    }

    /// What live checks tokens with: 64 hexadecimal digits.
    pub(crate) fn public(&self) -> String {
        hex::encode(self.signing.verifying_key().as_bytes())
    }

    /// A secret for control's own use, bound to a purpose.
    pub(crate) fn derive(&self, purpose: &str) -> [u8; 32] {
        keyed(&self.signing.to_bytes(), &[b"kandra derived secret", purpose.as_bytes()])
    }

    /// The name under which a feature knows a visitor: the same for ever, different for every feature.
    fn pseudonym(&self, feature: &Slug, visitor: &str) -> String {
        let digest = keyed(&self.derive("visitor pseudonym"), &[feature.as_str().as_bytes(), visitor.as_bytes()]);
        BASE64_URL_SAFE_NO_PAD.encode(&digest[..15])
    }

    /// `v1.<slug>.<pseudonym>.<expiry in milliseconds>.<signature>`; the signature covers what stands before its dot.
    pub(crate) fn token(&self, feature: &Slug, visitor: &str, now: Timestamp) -> String {
        let name = self.pseudonym(feature, visitor);
        let signed = format!("v1.{feature}.{name}.{}", now.plus_millis(TOKEN_MILLIS).millis());
        let signature = self.signing.sign(signed.as_bytes());
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }
}

impl fmt::Debug for VisitorKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VisitorKey")
    }
}

fn keyed(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn random(path: &Path) -> Result<[u8; 32], StartError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| StartError::home("cannot get randomness for", path)(std::io::Error::other(error)))?;
    Ok(bytes)
}

/// `None` when it does not exist. A file that others can read is made private again.
pub(crate) fn read_private(path: &Path) -> Result<Option<String>, StartError> {
    let failed = StartError::home("cannot read", path);
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let tightened = std::fs::metadata(path).and_then(|found| {
        if found.permissions().mode() & 0o077 == 0 { Ok(()) } else { std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)) }
    });
    tightened.map_err(failed)?;
    Ok(Some(text))
}

/// Written whole or not at all.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), StartError> {
    let temporary = path.with_extension("new");
    let written = (|| {
        let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)
    })();
    written.map_err(StartError::home("cannot write", path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signature, Verifier, VerifyingKey};

    fn home() -> (tempfile::TempDir, Home) {
        let folder = tempfile::tempdir().unwrap();
        let (home, _lock) = Home::open(folder.path()).unwrap();
        (folder, home)
    }

    #[test]
    fn the_owners_token_is_made_once_and_private() {
        let (_folder, home) = home();
        let first = OwnerToken::load(&home).unwrap();
        let text = first.fresh().unwrap().to_owned();
        let second = OwnerToken::load(&home).unwrap();
        assert_eq!(second.fresh(), None);
        assert!(second.matches(&text) && second.matches(&format!("{text}\n")));
        assert!(!second.matches("") && !second.matches(&text[1..]));
        let mode = std::fs::metadata(home.run().join("owner.token")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_token_names_a_visitor_to_one_feature() {
        let (_folder, home) = home();
        let key = VisitorKey::load(&home).unwrap();
        let visitor = "3f9c";
        let (poll, dice): (Slug, Slug) = ("poll".parse().unwrap(), "dice".parse().unwrap());
        let token = key.token(&poll, visitor, Timestamp::from_millis(1_000));
        let (signed, signature) = token.rsplit_once('.').unwrap();
        assert_eq!(signed, format!("v1.poll.{}.86401000", key.pseudonym(&poll, visitor)));
        assert_ne!(key.pseudonym(&poll, visitor), key.pseudonym(&dice, visitor));

        let public: [u8; 32] = hex::decode(VisitorKey::load(&home).unwrap().public()).unwrap().try_into().unwrap();
        let signature = Signature::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        VerifyingKey::from_bytes(&public).unwrap().verify(signed.as_bytes(), &signature).unwrap();
    }

    #[test]
    fn a_damaged_key_is_named() {
        let (_folder, home) = home();
        std::fs::write(home.run().join("visitor.key"), "short").unwrap();
        assert!(matches!(VisitorKey::load(&home), Err(StartError::Damaged { .. })));
    }
}
