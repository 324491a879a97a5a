//! Named secrets, each bound to the hosts that it may be sent to: `run/secrets.json`, mode 0600.
//!
//! A value leaves this module only through [`Secrets::bound`], into the header of one request. It is never logged, shown
//! or sent to live.

use crate::startup::{Home, StartError, read_private, write_private};
use kandra_model::{HostName, Timestamp};
use kandra_wire::is_secret_name;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fmt,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Secrets of one home.
const MAX_SECRETS: usize = 64;
/// Hosts of one secret.
const MAX_HOSTS: usize = 16;
/// The longest secret, bytes.
const MAX_VALUE: usize = 4 << 10;

/// A secret's value. It shows itself to nobody.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Hidden(String);

impl Hidden {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(…)")
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    value: Hidden,
    hosts: Vec<HostName>,
    updated_at: Timestamp,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct File {
    schema: u32,
    secrets: BTreeMap<String, Kept>,
}

/// What may be said of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SecretRecord {
    /// Its name.
    pub name: String,
    /// Where it may be sent.
    pub hosts: Vec<HostName>,
    /// When its value was set.
    pub updated_at: Timestamp,
}

/// Why a secret was not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    #[error("{1}")]
    Invalid(&'static str, String),
    #[error(transparent)]
    File(#[from] StartError),
}

/// Why a secret cannot be sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotBound {
    /// There is none of this name.
    Unknown,
    /// It is bound to other hosts.
    Elsewhere,
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Secrets {
    path: PathBuf,
    kept: Mutex<BTreeMap<String, Kept>>,
}

impl Secrets {
    /// Reads the file, if there is one. Blocks.
    pub(crate) fn load(home: &Home) -> Result<Self, StartError> {
        let path = home.run().join("secrets.json");
        let kept = match read_private(&path)? {
            None => BTreeMap::new(),
            Some(text) => match serde_json::from_str::<File>(&text) {
                Ok(File { schema: 1, secrets }) => secrets,
                // The parser's words would quote the file.
                _ => return Err(StartError::Damaged { path }),
            },
        };
        Ok(Self { path, kept: Mutex::new(kept) })
    }

    /// Every secret, without its value.
    pub(crate) fn list(&self) -> Vec<SecretRecord> {
        let record =
            |(name, kept): (&String, &Kept)| SecretRecord { name: name.clone(), hosts: kept.hosts.clone(), updated_at: kept.updated_at };
        self.kept().iter().map(record).collect()
    }

    /// Keeps a secret, in place of one of the same name. Blocks.
    pub(crate) fn set(&self, name: &str, value: Hidden, mut hosts: Vec<HostName>) -> Result<SecretRecord, SecretError> {
        let invalid = |field, message: String| Err(SecretError::Invalid(field, message));
        if !is_secret_name(name) {
            return invalid("name", "a secret's name is 1 to 40 letters, digits, - and _".to_owned());
        }
        let text = value.reveal();
        if text.is_empty() || text.len() > MAX_VALUE || !text.bytes().all(|b| (b' '..=b'~').contains(&b)) {
            return invalid("value", format!("is not 1 to {MAX_VALUE} visible ASCII characters on one line"));
        }
        hosts.sort();
        hosts.dedup();
        if hosts.is_empty() || hosts.len() > MAX_HOSTS {
            return invalid("hosts", format!("name 1 to {MAX_HOSTS} hosts that it may be sent to"));
        }
        let mut kept = self.kept();
        if !kept.contains_key(name) && kept.len() >= MAX_SECRETS {
            return invalid("name", format!("there are {MAX_SECRETS} secrets already; remove one first"));
        }
        let record = SecretRecord { name: name.to_owned(), hosts: hosts.clone(), updated_at: Timestamp::now() };
        let mut changed = kept.clone();
        changed.insert(name.to_owned(), Kept { value, hosts, updated_at: record.updated_at });
        self.save(&changed)?;
        *kept = changed;
        Ok(record)
    }

    /// Forgets a secret; answers whether there was one. Blocks.
    pub(crate) fn remove(&self, name: &str) -> Result<bool, SecretError> {
        let mut kept = self.kept();
        let mut changed = kept.clone();
        if changed.remove(name).is_none() {
            return Ok(false);
        }
        self.save(&changed)?;
        *kept = changed;
        Ok(true)
    }

    /// The value, for one request to this host.
    pub(super) fn bound(&self, name: &str, host: &HostName) -> Result<Hidden, NotBound> {
        let kept = self.kept();
        let found = kept.get(name).ok_or(NotBound::Unknown)?;
        if found.hosts.contains(host) { Ok(found.value.clone()) } else { Err(NotBound::Elsewhere) }
    }

    fn save(&self, kept: &BTreeMap<String, Kept>) -> Result<(), StartError> {
        let file = File { schema: 1, secrets: kept.clone() };
        write_private(&self.path, &serde_json::to_string_pretty(&file).expect("plain data"))
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<String, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn host(name: &str) -> HostName {
        name.parse().unwrap()
    }

    #[test]
    fn a_secret_is_kept_privately_and_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let (home, _lock) = Home::open(folder.path()).unwrap();
        let secrets = Secrets::load(&home).unwrap();
        let set = |name: &str, value: &str, hosts: Vec<HostName>| secrets.set(name, Hidden::new(value.to_owned()), hosts);
        set("weather", "sk-abc123", vec![host("api.example.com")]).unwrap();
        let mode = std::fs::metadata(home.run().join("secrets.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let shown = format!("{secrets:?} {:?} {}", secrets.list(), serde_json::to_string(&secrets.list()).unwrap());
        assert!(shown.contains("weather") && !shown.contains("abc123"), "{shown}");

        let again = Secrets::load(&home).unwrap();
        assert_eq!(again.bound("weather", &host("api.example.com")).unwrap().reveal(), "sk-abc123");
        assert_eq!(again.bound("weather", &host("evil.example.com")), Err(NotBound::Elsewhere));
        assert_eq!(again.bound("weather", &host("sub.api.example.com")), Err(NotBound::Elsewhere));
        assert_eq!(again.bound("other", &host("api.example.com")), Err(NotBound::Unknown));
        assert!(again.remove("weather").unwrap() && !again.remove("weather").unwrap());
        assert!(!std::fs::read_to_string(home.run().join("secrets.json")).unwrap().contains("abc123"));
    }

    #[test]
    fn bounds_hold_and_a_damaged_file_is_named_without_its_words() {
        let folder = tempfile::tempdir().unwrap();
        let (home, _lock) = Home::open(folder.path()).unwrap();
        let secrets = Secrets::load(&home).unwrap();
        let set = |name: &str, value: &str, hosts: Vec<HostName>| secrets.set(name, Hidden::new(value.to_owned()), hosts);
        let one = || vec![host("a.example")];
        for (name, value, hosts) in [
            ("", "x", one()),
            ("a b", "x", one()),
            ("a", "", one()),
            ("a", "x\ny", one()),
            ("a", "ä", one()),
            ("a", &"x".repeat(MAX_VALUE + 1), one()),
            ("a", "x", vec![]),
            ("a", "x", (0..=MAX_HOSTS).map(|n| host(&format!("h{n}.example"))).collect()),
        ] {
            assert!(matches!(set(name, value, hosts), Err(SecretError::Invalid(..))), "{name} {value}");
        }
        for n in 0..MAX_SECRETS {
            set(&format!("s{n}"), "x", one()).unwrap();
        }
        assert!(matches!(set("more", "x", one()), Err(SecretError::Invalid(..))));
        set("s1", "y", one()).unwrap();
        std::fs::write(home.run().join("secrets.json"), "{\"sk-abc123").unwrap();
        let error = Secrets::load(&home).unwrap_err();
        assert!(matches!(error, StartError::Damaged { .. }) && !format!("{error} {error:?}").contains("abc123"));
    }
}
