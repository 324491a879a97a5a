//! What passed every gate: an immutable file named by its SHA-256, and what is known of it.

use crate::{GateConfig, GateError, Source, Workshop};
use kandra_model::{ArtifactHash, Contract, Finding, Presentation, RouteSpec, Slug, SourceHash, Tier};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeSet,
    fmt,
    path::{Path, PathBuf},
};

/// Hash of everything that decides an artifact's bytes: source, SDK, lock, rustc, flags, tier.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ArtifactKey(String);

impl ArtifactKey {
    /// 64 lower-case hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ArtifactKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A library that passed every gate. Only the probe makes one.
#[derive(Clone, Debug)]
pub struct Artifact {
    pub(crate) hash: ArtifactHash,
    pub(crate) path: PathBuf,
    pub(crate) key: ArtifactKey,
    pub(crate) source: Source,
    pub(crate) source_hash: SourceHash,
    pub(crate) slug: Slug,
    pub(crate) tier: Tier,
    pub(crate) routes: Vec<RouteSpec>,
    pub(crate) presentation: Presentation,
    pub(crate) contract: Contract,
    pub(crate) warnings: Vec<Finding>,
}

impl Artifact {
    /// SHA-256 of its bytes; its file name.
    pub fn hash(&self) -> &ArtifactHash {
        &self.hash
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it was made from and with.
    pub fn key(&self) -> &ArtifactKey {
        &self.key
    }

    /// The source it was built from, as accepted.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// SHA-256 of the canonical source.
    pub fn source_hash(&self) -> &SourceHash {
        &self.source_hash
    }

    /// Its feature.
    pub fn slug(&self) -> &Slug {
        &self.slug
    }

    /// How it was built.
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// What it mounts, as the probe saw it.
    pub fn routes(&self) -> &[RouteSpec] {
        &self.routes
    }

    /// What the manifest says for people; `widget` as the probe saw it.
    pub fn presentation(&self) -> &Presentation {
        &self.presentation
    }

    /// Its contract, which it kept.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// What its author should know.
    pub fn warnings(&self) -> &[Finding] {
        &self.warnings
    }
}

/// Whether an artifact can be used as it lies there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// There, with the bytes its name says.
    Intact(PathBuf),
    /// Not there.
    Absent,
    /// There, with other bytes; it was moved aside.
    Damaged,
}

/// What a collection removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Artifacts removed.
    pub artifacts: u32,
    /// Build directories removed.
    pub builds: u32,
    /// Bytes given back.
    pub bytes: u64,
}

pub(crate) fn key(workshop: &Workshop, source: &Source, tier: Tier) -> ArtifactKey {
    let mut hash = Sha256::new();
    for part in [workshop.key().as_bytes(), tier.as_str().as_bytes(), &source.canonical()] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    ArtifactKey(hex::encode(hash.finalize()))
}

pub(crate) fn presence(artifacts: &Path, hash: &ArtifactHash) -> Result<Presence, GateError> {
    let _ = (artifacts, hash);
    todo!()
}

pub(crate) fn collect(config: &GateConfig, keep: &BTreeSet<ArtifactHash>) -> Result<Collected, GateError> {
    let _ = (config, keep);
    todo!()
}
