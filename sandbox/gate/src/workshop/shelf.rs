//! The shelf: the crates that a feature may name beyond those of every build. The reviewed ones and their lock come with
//! the binary; the owner of a server adds others, which then stand beside them in a lock of that server.

use super::embedded::{SHELF_LOCK, Wanted};
use kandra_lint::{Added, Group, Reviewed};
use serde::{Deserialize, Serialize};

/// A crate that the owner added, as it was looked at and confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedCrate {
    /// As `[dependencies]` names it.
    pub name: String,
    /// What paths begin with.
    pub module: String,
    /// This version and no other.
    pub version: String,
    /// Cargo features that are on.
    pub features: Vec<String>,
    /// Whether its default features are on.
    pub default_features: bool,
    /// SPDX expression.
    pub licence: String,
    /// What it says of itself.
    pub what: String,
}

/// What stands on the shelf besides the reviewed crates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shelf {
    /// In order of name.
    pub crates: Vec<AddedCrate>,
    /// `Cargo.lock` for all of the shelf; `None`: the one that comes with the binary.
    pub lock: Option<String>,
}

impl Shelf {
    /// The lock that the shelf is built with.
    pub(crate) fn lock(&self) -> &str {
        self.lock.as_deref().unwrap_or(SHELF_LOCK)
    }

    /// What the source gate and the lint need to know.
    pub(crate) fn added(&self) -> Vec<Added> {
        self.crates.iter().map(|c| Added { name: c.name.clone(), module: c.module.clone() }).collect()
    }

    /// What the warm build names in its manifest.
    pub(crate) fn wanted(&self) -> Vec<Wanted> {
        let reviewed = on_the_shelf().map(|c| Wanted {
            name: c.name.clone(),
            module: c.module.clone(),
            requirement: format!("={}", c.version),
            version: c.version.clone(),
            features: c.features.clone(),
            default_features: c.default_features,
        });
        let added = self.crates.iter().map(|c| Wanted {
            name: c.name.clone(),
            module: c.module.clone(),
            requirement: format!("={}", c.version),
            version: c.version.clone(),
            features: c.features.clone(),
            default_features: c.default_features,
        });
        reviewed.chain(added).collect()
    }
}

/// The reviewed crates of the shelf.
pub(crate) fn on_the_shelf() -> impl Iterator<Item = &'static Reviewed> {
    kandra_lint::reviewed().iter().filter(|c| c.group == Group::Shelf)
}

/// A crate that a feature may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AllowedCrate {
    /// As `[dependencies]` names it.
    pub name: String,
    /// What paths begin with.
    pub module: String,
    /// The one version there is.
    pub version: String,
    /// Cargo features that are on.
    pub features: Vec<String>,
    /// SPDX expression; empty for Kandra's own.
    pub licence: String,
    /// What it is for.
    pub what: String,
    /// Why it is allowed.
    pub why: String,
    /// Whether it stands on the shelf: a feature names it in its manifest. The others are there anyway.
    pub shelf: bool,
    /// Whether the owner of this server added it.
    pub added: bool,
}

impl Shelf {
    /// The crates that a feature may use, in the versions of the locks.
    pub fn allowed(&self) -> Vec<AllowedCrate> {
        let reviewed = kandra_lint::reviewed().iter().map(|c| AllowedCrate {
            name: c.name.clone(),
            module: c.module.clone(),
            version: if c.group == Group::Shelf { c.version.clone() } else { super::embedded::base_version(&c.name) },
            features: c.features.clone(),
            licence: c.licence.clone(),
            what: c.what.clone(),
            why: c.why.clone(),
            shelf: c.group == Group::Shelf,
            added: false,
        });
        let added = self.crates.iter().map(|c| AllowedCrate {
            name: c.name.clone(),
            module: c.module.clone(),
            version: c.version.clone(),
            features: c.features.clone(),
            licence: c.licence.clone(),
            what: c.what.clone(),
            why: "the owner of this server added it".to_owned(),
            shelf: true,
            added: true,
        });
        reviewed.chain(added).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use toml::{Table, Value};

    fn packages(lock: &str) -> BTreeMap<(String, String), (Option<String>, Option<String>)> {
        let lock: Table = lock.parse().unwrap();
        let text = |package: &Value, key: &str| package.get(key).and_then(Value::as_str).map(str::to_owned);
        let of = |p: &Value| ((text(p, "name").unwrap(), text(p, "version").unwrap()), (text(p, "checksum"), text(p, "source")));
        lock["package"].as_array().unwrap().iter().map(of).collect()
    }

    /// After a change of the reviewed crates `scripts/shelf-lock` writes the lock anew; it needs the network.
    #[test]
    fn every_reviewed_crate_stands_in_the_lock_with_checksum_licence_and_reason() {
        let locked = packages(SHELF_LOCK);
        for c in on_the_shelf() {
            let found = locked.get(&(c.name.clone(), c.version.clone()));
            let (checksum, source) = found.unwrap_or_else(|| panic!("shelf.lock has no {} {}", c.name, c.version));
            assert!(checksum.as_ref().is_some_and(|sum| sum.len() == 64), "{}", c.name);
            assert!(source.as_deref().is_some_and(|source| source.starts_with("registry+https://github.com/rust-lang/")), "{}", c.name);
            for (text, least) in [(&c.licence, 3), (&c.what, 10), (&c.why, 20)] {
                assert!(text.len() >= least, "{}: {text:?}", c.name);
            }
            assert!(!c.licence.contains("GPL"), "{}", c.name);
        }
        for ((name, version), (checksum, source)) in &locked {
            assert_eq!(source.is_some(), checksum.is_some(), "{name} {version}");
            assert!(source.is_some() || name.starts_with("kandra") || name == "warm", "{name} comes from a registry");
        }
    }

    #[test]
    fn what_both_warm_builds_hold_has_one_version() {
        let shelf = packages(SHELF_LOCK);
        for (package, found) in packages(super::super::embedded::LOCK) {
            assert_eq!(shelf.get(&package), Some(&found), "{package:?}");
        }
    }
}
