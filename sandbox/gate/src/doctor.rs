//! What works on this machine and what does not: `kandra doctor`.

use crate::{LayerReport, Toolchain, gate::Inner};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The whole report.
#[derive(Clone, Debug, Serialize)]
pub struct Doctor {
    /// `rustc 1.95.0 at …`, or what to install.
    pub toolchain: Result<String, String>,
    /// Whether the SDK is built for this toolchain.
    pub warm: bool,
    /// Where the warm build is, or will be.
    pub cache: PathBuf,
    /// Each layer of the jail and the attack that was tried on it.
    pub layers: Vec<LayerReport>,
    /// Room on the disks that are written to.
    pub disks: Vec<Free>,
}

/// Room on the disk that holds a path.
#[derive(Clone, Debug, Serialize)]
pub struct Free {
    /// The path.
    pub path: PathBuf,
    /// MiB that may still be written there.
    pub free_mib: u64,
    /// Whether builds may go on.
    pub enough: bool,
}

impl Doctor {
    /// Whether features can be built and strangers' code is held.
    pub fn healthy(&self) -> bool {
        self.toolchain.is_ok() && self.layers.iter().all(|layer| layer.holds || !layer.required) && self.disks.iter().all(|disk| disk.enough)
    }
}

pub(crate) fn run(inner: &Inner) -> Doctor {
    let config = &inner.config;
    let toolchain = Toolchain::find().map_err(|e| e.to_string());
    let toolchain = toolchain.map(|t| format!("rustc {} at {}, linking with {}", t.release(), t.rustc.display(), t.cc.display()));
    let mut disks = Vec::new();
    for path in [inner.workshop.cache_root(), &config.artifacts, &config.scratch] {
        if let Some(free) = free(path) {
            disks.push(free);
        }
    }
    Doctor { toolchain, warm: inner.workshop.is_warm(), cache: inner.workshop.directory(), layers: kandra_jail::prove_layers(&config.exe), disks }
}

/// Builds pause below this.
const ENOUGH_MIB: u64 = 1024;

/// Room on the disk that holds `path`, or the nearest directory above it that exists.
pub(crate) fn free(path: &Path) -> Option<Free> {
    let existing = path.ancestors().find(|above| above.exists())?;
    let stat = rustix::fs::statvfs(existing).ok()?;
    let free_mib = stat.f_bavail.saturating_mul(stat.f_frsize) >> 20;
    Some(Free { path: path.to_owned(), free_mib, enough: free_mib >= ENOUGH_MIB })
}
