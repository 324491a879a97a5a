//! What features are built with: the toolchain, and the SDK with its dependencies, built once and then read-only.

mod embedded;
mod toolchain;
mod warm;

pub use embedded::template;
pub use toolchain::Toolchain;
pub use warm::WarmProgress;

use crate::{Cancel, GateError, MissingLayers, StageFailure};
use sha2::{Digest, Sha256};
use std::{
    env,
    path::{Path, PathBuf},
    sync::Arc,
};

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
}

impl Workshop {
    /// Finds the toolchain and computes the key; builds nothing. Takes about 30 ms.
    ///
    /// # Errors
    /// [`GateError::Toolchain`] when something must be installed first.
    pub fn open(cache_root: &Path) -> Result<Self, GateError> {
        let toolchain = Toolchain::find()?;
        let key = key(&toolchain);
        Ok(Self { shop: Arc::new(Shop { toolchain, root: cache_root.to_owned(), key }) })
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
        self.shop.root.join(&self.shop.key)
    }

    /// Whether the SDK is built.
    pub fn is_warm(&self) -> bool {
        todo!()
    }

    /// Fetches (once, outside the jail, only what the lock names) and builds the SDK and its dependencies, if that is
    /// not done. Two processes do not collide; one that died half-way is made good. Takes about a minute.
    pub fn warm(&self, exe: &Path, missing: MissingLayers, cancel: &Cancel, progress: &dyn Fn(WarmProgress)) -> Result<(), StageFailure> {
        let _ = (exe, missing, cancel, progress);
        todo!()
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
    hex::encode(hash.finalize())
}
