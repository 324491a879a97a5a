//! What works on this machine and what does not: `kandra doctor`.

use crate::{GateError, LayerReport, Toolchain, Workshop};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The whole report.
#[derive(Clone, Debug, Serialize)]
pub struct Doctor {
    /// The toolchain that builds features.
    pub toolchain: Option<Found>,
    /// What must be installed first, when there is none.
    pub missing: Option<String>,
    /// Whether the SDK is built for this toolchain.
    pub warm: bool,
    /// Where the warm builds are, or will be.
    pub cache: PathBuf,
    /// Each layer of the jail and the attack that was tried on it.
    pub layers: Vec<LayerReport>,
    /// Room on the disk that holds the cache.
    pub disk: Option<Free>,
}

/// A toolchain.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// Such as `1.95.0`.
    pub release: String,
    /// The compiler.
    pub rustc: PathBuf,
    /// cargo.
    pub cargo: PathBuf,
    /// What links.
    pub cc: PathBuf,
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
    /// Looks at everything. `exe` is the `kandra` binary, which plays the attackers. Blocks for about half a second.
    pub fn examine(exe: &Path, cache: &Path) -> Self {
        let toolchain = Toolchain::find();
        let missing = toolchain.as_ref().err().map(ToString::to_string);
        let toolchain = toolchain.ok().map(|t| Found { release: t.release().to_owned(), rustc: t.rustc, cargo: t.cargo, cc: t.cc });
        let warm = Workshop::open(cache).is_ok_and(|workshop| workshop.is_warm());
        Self { toolchain, missing, warm, cache: cache.to_owned(), layers: kandra_jail::prove_layers(exe), disk: free(cache) }
    }

    /// The required layers that do not hold: strangers' code is refused while there is one.
    pub fn missing_layers(&self) -> impl Iterator<Item = &LayerReport> {
        self.layers.iter().filter(|layer| layer.required && !layer.holds)
    }

    /// Whether features can be built, and strangers' code among them.
    pub fn is_well(&self) -> bool {
        self.toolchain.is_some() && self.missing_layers().next().is_none() && self.disk.as_ref().is_none_or(|disk| disk.enough)
    }

    /// The report for a terminal, a line each.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let mark = |good: bool| if good { "ok  " } else { "no  " };
        let mut lines = Vec::new();
        match (&self.toolchain, &self.missing) {
            (Some(found), _) => {
                lines.push(format!("ok   rustc {} at {}", found.release, found.rustc.display()));
                lines.push(format!("ok   cargo at {}, linking with {}", found.cargo.display(), found.cc.display()));
            }
            (None, missing) => lines.push(format!("no   {}", missing.as_deref().unwrap_or("no toolchain"))),
        }
        let warm = if self.warm { "the SDK is built" } else { "the SDK is not built yet; the first start does it once, in about a minute" };
        lines.push(format!("{} {warm}: {}", if self.warm { "ok  " } else { "--  " }, self.cache.display()));
        if let Some(disk) = &self.disk {
            lines.push(format!("{} {} MiB free; builds wait below {ENOUGH_MIB} MiB", mark(disk.enough), disk.free_mib));
        }
        for layer in &self.layers {
            let required = if layer.required { "required" } else { "used where there is one" };
            lines.push(format!(
                "{} {} ({required}): {}",
                if layer.holds || layer.required { mark(layer.holds) } else { "--  " },
                layer.layer.as_str(),
                layer.evidence
            ));
        }
        lines.into_iter()
    }
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

/// Refuses to go on when the disk is nearly full.
pub(crate) fn require_room(path: &Path) -> Result<(), GateError> {
    match free(path) {
        Some(Free { enough: false, free_mib, path }) => Err(GateError::DiskFull { path, free_mib }),
        _ => Ok(()),
    }
}
