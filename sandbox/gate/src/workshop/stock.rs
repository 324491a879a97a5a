//! One warm build: what it is made from, where it lies, and its libraries once they are there.

use super::{
    Toolchain, embedded,
    prebuilt::{self, Prebuilt},
    shelf::Shelf,
};
use crate::build;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::SystemTime,
};

/// What a warm build compiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Recipe {
    /// The SDK and what it needs itself.
    Base,
    /// That, and the crates of the shelf, with ticks.
    Shelf(Shelf),
}

impl Recipe {
    /// The workspace that is compiled: path to bytes.
    pub fn workspace(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        match self {
            Self::Base => embedded::workspace(&[], embedded::LOCK),
            Self::Shelf(shelf) => embedded::workspace(&shelf.wanted(), shelf.lock()),
        }
    }

    /// The crates that features can name, as paths name them, with the version where it must be told from others.
    pub fn externs(&self) -> BTreeMap<String, Option<String>> {
        let mut externs: BTreeMap<String, Option<String>> = embedded::EXTERNS.iter().map(|name| ((*name).to_owned(), None)).collect();
        if let Self::Shelf(shelf) = self {
            externs.extend(shelf.wanted().into_iter().map(|wanted| (wanted.module, Some(wanted.version))));
        }
        externs
    }
}

/// A warm build, done or not.
#[derive(Debug)]
pub(crate) struct Stock {
    pub recipe: Recipe,
    root: PathBuf,
    key: String,
    prebuilt: OnceLock<Prebuilt>,
}

impl Stock {
    pub fn new(root: &Path, recipe: Recipe, toolchain: &Toolchain) -> Self {
        let key = key(&recipe, toolchain);
        Self { recipe, root: root.to_owned(), key, prebuilt: OnceLock::new() }
    }

    /// Hash of sources, lock, rustc and flags: its name.
    pub fn key(&self) -> &str {
        &self.key
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn directory(&self) -> PathBuf {
        self.root.join(&self.key)
    }

    pub fn lock_file(&self) -> PathBuf {
        self.root.join(format!("{}.lock", self.key))
    }

    /// The libraries, once they are built.
    pub fn prebuilt(&self) -> Option<Prebuilt> {
        if let Some(known) = self.prebuilt.get() {
            return Some(known.clone());
        }
        let found = self.load(&self.directory())?;
        // When it was last used decides how long it is kept; a cache that cannot be written to is kept anyway.
        if let Ok(lock) = fs::File::options().write(true).open(self.lock_file()) {
            let _ = lock.set_modified(SystemTime::now());
        }
        Some(self.prebuilt.get_or_init(|| found).clone())
    }

    /// The libraries at `directory`, if they are complete.
    pub fn load(&self, directory: &Path) -> Option<Prebuilt> {
        prebuilt::load(directory, &self.recipe.externs().into_keys().collect::<Vec<_>>())
    }
}

fn key(recipe: &Recipe, toolchain: &Toolchain) -> String {
    let mut hash = Sha256::new();
    let mut add = |name: &[u8], bytes: &[u8]| {
        for part in [name, bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    };
    for (path, bytes) in recipe.workspace() {
        add(path.as_os_str().as_encoded_bytes(), &bytes);
    }
    add(b"rustc", toolchain.version.as_bytes());
    let remapped = [(Path::new(""), "/build"), (Path::new(""), "/kandra"), (Path::new(""), "/crates"), (Path::new(""), "/crates")];
    add(b"flags", super::sdk_flags(&remapped).join(" ").as_bytes());
    add(b"profiles", build::PROFILES.as_bytes());
    add(b"library flags", build::LIBRARY_FLAGS.join(" ").as_bytes());
    if matches!(recipe, Recipe::Shelf(_)) {
        add(b"ticks", kandra_lint::crates::fingerprint().as_bytes());
    }
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workshop::AddedCrate;

    #[test]
    fn a_crate_more_changes_the_shelfs_key_and_not_the_bases() {
        let toolchain = Toolchain {
            sysroot: PathBuf::new(),
            rustc: PathBuf::new(),
            cargo: PathBuf::new(),
            cc: PathBuf::new(),
            version: "rustc 1.95.0".to_owned(),
            cargo_home: PathBuf::new(),
        };
        let of = |recipe: Recipe| Stock::new(Path::new("/cache"), recipe, &toolchain).key().to_owned();
        let added = AddedCrate {
            name: "fnv".into(),
            module: "fnv".into(),
            version: "1.0.7".into(),
            features: Vec::new(),
            default_features: true,
            licence: "MIT".into(),
            what: String::new(),
        };
        let larger = Shelf { crates: vec![added], lock: None };
        let keys = [of(Recipe::Base), of(Recipe::Shelf(Shelf::default())), of(Recipe::Shelf(larger.clone()))];
        assert!(keys[0] != keys[1] && keys[1] != keys[2]);
        // Nothing of the shelf stands in the base's workspace: what is built against it is left alone.
        let base = Recipe::Base.workspace();
        let warm = String::from_utf8(base[Path::new("warm/Cargo.toml")].clone()).unwrap();
        assert!(!warm.contains("itertools") && base[Path::new("Cargo.lock")] == embedded::LOCK.as_bytes());
        assert_eq!(Recipe::Shelf(larger).externs()["fnv"].as_deref(), Some("1.0.7"));
    }
}
