//! The inspect gate: the file that the compiler left is judged as the loader will see it, and made what will be loaded.
//!
//! Refused is what could run before the probe asks it to, reach beyond the library, or stay after an unload. The copy
//! that leaves has no section headers and symbols, and can be unloaded: `DF_1_NODELETE` is cleared.

#[cfg(test)]
mod fuzz;
mod image;
mod policy;
mod rules;
#[cfg(test)]
mod tests;
mod trim;

use crate::{Built, StageFailure};
use image::Image;
use kandra_model::{ArtifactHash, Finding};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// A library whose file is acceptable, and its hash. Only the inspection makes one.
#[derive(Debug)]
pub struct Inspected {
    pub(crate) built: Built,
    pub(crate) hash: ArtifactHash,
}

impl Inspected {
    /// SHA-256 of the bytes that will be probed and loaded.
    pub fn hash(&self) -> &ArtifactHash {
        &self.hash
    }
}

pub(crate) fn run(mut built: Built) -> Result<Inspected, StageFailure> {
    built.bytes = inspect(&built.bytes, &built.constructors).map_err(StageFailure::Refused)?;
    let hash = hash(&built.bytes);
    Ok(Inspected { built, hash })
}

/// SHA-256 of some bytes.
pub(crate) fn hash(bytes: &[u8]) -> ArtifactHash {
    hex::encode(Sha256::digest(bytes)).parse().expect("64 hexadecimal digits")
}

/// Judges a linked library; `constructors` are the symbols of the initialisers that std itself brings. Answers the
/// bytes that may be loaded.
fn inspect(bytes: &[u8], constructors: &BTreeSet<String>) -> Result<Vec<u8>, Vec<Finding>> {
    let policy = &*policy::POLICY;
    let malformed = |why: &str| vec![Finding::error("inspect/malformed", format!("the library is not usable: {why}"))];
    if bytes.len() > policy.max_file * 4 {
        return Err(rules::too_large(bytes.len(), policy.max_file));
    }
    let image = Image::parse(bytes, policy.max_segments).map_err(malformed)?;
    let findings = rules::judge(&image, bytes, policy, constructors)?;
    if !findings.is_empty() {
        return Err(findings);
    }
    let trimmed = trim::trim(bytes, &image);
    if trimmed.len() > policy.max_file {
        return Err(rules::too_large(trimmed.len(), policy.max_file));
    }
    Ok(trimmed)
}

/// The symbols of a library's initialisers, of the one that the warm build makes from an empty feature.
pub(crate) fn constructors(bytes: &[u8]) -> Option<BTreeSet<String>> {
    let image = Image::parse(bytes, policy::POLICY.max_segments).ok()?;
    rules::constructors(&image, bytes)
}
