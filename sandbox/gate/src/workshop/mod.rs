//! What features are built with: the toolchain, and the SDK with its dependencies, built once and then read-only.

mod embedded;
pub(crate) mod prebuilt;
mod tidy;
mod toolchain;
mod warm;

pub use embedded::{AllowedCrate, allowed_crates, template};
pub use toolchain::Toolchain;
pub use warm::WarmProgress;

use crate::{Cancel, GateError, MissingLayers, StageFailure, build};
use prebuilt::Prebuilt;
use sha2::{Digest, Sha256};
use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::SystemTime,
};
use warm::Warming;

/// A toolchain and a place for the warm build. Clones share everything.
#[derive(Clone, Debug)]
pub struct Workshop {
    shop: Arc<Shop>,
}

#[derive(Debug)]
struct Shop {
    toolchain: Toolchain,
    root: PathBuf,
    key: String,
    prebuilt: OnceLock<Prebuilt>,
}

impl Shop {
    fn directory(&self) -> PathBuf {
        self.root.join(&self.key)
    }
}

impl Workshop {
    /// Finds the toolchain and computes the key; builds nothing. Takes about 30 ms.
    ///
    /// # Errors
    /// [`GateError::Toolchain`] when something must be installed first.
    pub fn open(cache_root: &Path) -> Result<Self, GateError> {
        let toolchain = Toolchain::find()?;
        let key = key(&toolchain);
        Ok(Self { shop: Arc::new(Shop { toolchain, root: cache_root.to_owned(), key, prebuilt: OnceLock::new() }) })
    }

    /// `$XDG_CACHE_HOME/kandra`, or `~/.cache/kandra`.
    pub fn default_cache_root() -> Option<PathBuf> {
        let set = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let base = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")))?;
        Some(base.join("kandra"))
    }

    /// What it builds with.
    pub fn toolchain(&self) -> &Toolchain {
        &self.shop.toolchain
    }

    /// Hash of SDK, lock, rustc and flags: the name of the warm build.
    pub fn key(&self) -> &str {
        &self.shop.key
    }

    /// Where all warm builds are.
    pub fn cache_root(&self) -> &Path {
        &self.shop.root
    }

    /// Where this one is, or will be.
    pub fn directory(&self) -> PathBuf {
        self.shop.directory()
    }

    /// Writes the SDK's sources beneath the cache, for crates that are edited on a machine without the checkout.
    /// Answers the directory that holds `abi`, `std`, `rt`, `feature` and, for tests, `sql`.
    pub fn unpack_sdk(&self) -> Result<PathBuf, GateError> {
        let place = self.shop.root.join(format!("sources-{}", &self.shop.key[..16]));
        for (path, bytes) in embedded::authors_workspace() {
            let path = place.join(path);
            let write = || fs::create_dir_all(path.parent().expect("a file has a directory")).and_then(|()| fs::write(&path, &bytes));
            if fs::read(&path).ok().as_ref() != Some(&bytes) {
                write().map_err(GateError::io(format!("could not write {}", path.display())))?;
            }
        }
        Ok(place.join("sdk"))
    }

    /// Whether the SDK is built.
    pub fn is_warm(&self) -> bool {
        self.prebuilt().is_some()
    }

    /// The libraries, once they are built.
    pub(crate) fn prebuilt(&self) -> Option<Prebuilt> {
        if let Some(known) = self.shop.prebuilt.get() {
            return Some(known.clone());
        }
        let found = prebuilt::load(&self.directory())?;
        // When it was last used decides how long it is kept; a cache that cannot be written to is kept anyway.
        if let Ok(lock) = fs::File::options().write(true).open(self.shop.root.join(format!("{}.lock", self.shop.key))) {
            let _ = lock.set_modified(SystemTime::now());
        }
        Some(self.shop.prebuilt.get_or_init(|| found).clone())
    }

    /// Fetches (once, outside the jail, only what the lock names) and builds the SDK and its dependencies, if that is
    /// not done. Two processes do not collide; one that died half-way is made good. Takes about a minute.
    pub fn warm(&self, exe: &Path, missing: MissingLayers, cancel: &Cancel, progress: &dyn Fn(WarmProgress)) -> Result<(), StageFailure> {
        if self.is_warm() {
            return Ok(());
        }
        Warming { shop: &self.shop, exe, missing, cancel, progress }.run()
    }
}

fn key(toolchain: &Toolchain) -> String {
    let mut hash = Sha256::new();
    let mut add = |name: &[u8], bytes: &[u8]| {
        for part in [name, bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    };
    for (path, bytes) in embedded::workspace() {
        add(path.as_os_str().as_encoded_bytes(), &bytes);
    }
    add(b"rustc", toolchain.version.as_bytes());
    let remapped = [(Path::new(""), "/build"), (Path::new(""), "/kandra"), (Path::new(""), "/crates")];
    add(b"flags", sdk_flags(&remapped).join(" ").as_bytes());
    add(b"profiles", build::PROFILES.as_bytes());
    add(b"library flags", build::LIBRARY_FLAGS.join(" ").as_bytes());
    hex::encode(hash.finalize())
}

/// rustc's flags for the SDK and its dependencies; `remaps` keeps this machine's paths out of what they contain.
pub(crate) fn sdk_flags(remaps: &[(&Path, &str)]) -> Vec<String> {
    let mut flags = vec!["--cfg".to_owned(), "kandra_library".to_owned(), "--check-cfg".to_owned(), "cfg(kandra_library)".to_owned()];
    flags.extend(remaps.iter().map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display())));
    flags
}
