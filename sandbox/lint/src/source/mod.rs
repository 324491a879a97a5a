//! The source gate: strangers' files arrive as bytes; a [`Source`] leaves, or every reason to refuse them.
//!
//! Nothing is repaired or normalised here: what was sent is what will be judged, hashed and built.

mod forms;
mod manifest;
mod paths;
mod text;

pub use manifest::{Dependency, Height, Manifest};

use crate::{Added, Finding};
use std::collections::BTreeMap;

/// Files in a crate, at most.
pub const MAX_FILES: usize = 32;
/// Bytes of one file, at most.
pub const MAX_FILE_BYTES: usize = 128 * 1024;
/// Bytes of all files together, at most.
pub const MAX_TOTAL_BYTES: usize = 256 * 1024;
/// Bytes of `Cargo.toml`, at most.
pub const MAX_MANIFEST_BYTES: usize = 8 * 1024;
/// Bytes of `contract.toml`, at most.
pub const MAX_CONTRACT_BYTES: usize = 64 * 1024;
/// Characters of a line, at most.
pub const MAX_LINE_CHARS: usize = 2_000;
/// Findings that are reported, at most.
pub(crate) const MAX_FINDINGS: usize = 200;

const REQUIRED: [&str; 3] = ["Cargo.toml", "contract.toml", "src/lib.rs"];

/// A crate whose files and manifest are acceptable. Only [`Source::check`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    files: BTreeMap<String, String>,
    manifest: Manifest,
}

impl Source {
    /// Judges a crate's files: paths relative to the crate, with `/`.
    ///
    /// # Errors
    /// Every reason to refuse them, at most 200. Codes begin with `source/`.
    pub fn check(files: BTreeMap<String, Vec<u8>>) -> Result<Self, Vec<Finding>> {
        Self::check_with(files, &[])
    }

    /// The same where the owner of the server allowed more crates than the reviewed ones.
    ///
    /// # Errors
    /// As [`Source::check`].
    pub fn check_with(files: BTreeMap<String, Vec<u8>>, added: &[Added]) -> Result<Self, Vec<Finding>> {
        let mut findings = Vec::new();
        if files.len() > MAX_FILES {
            let message = format!("the crate has {} files; at most {MAX_FILES} are accepted", files.len());
            return Err(vec![
                Finding::error("source/too-many-files", message).hint("Join small modules, and leave out what the feature does not need."),
            ]);
        }
        let total: usize = files.values().map(Vec::len).sum();
        if total > MAX_TOTAL_BYTES {
            let message = format!("the crate has {total} bytes; at most {MAX_TOTAL_BYTES} are accepted");
            return Err(vec![Finding::error("source/too-large", message).hint("Leave out large tables and embedded images.")]);
        }
        paths::check(files.keys().map(String::as_str), &mut findings);
        for required in REQUIRED {
            if !files.contains_key(required) {
                let hint = match required {
                    "contract.toml" => "Add a `contract.toml` with an `[[exchange]]` for each route.",
                    "Cargo.toml" => "Add a `Cargo.toml` such as `kandra new` writes.",
                    _ => "The crate's root is `src/lib.rs`.",
                };
                findings.push(Finding::error("source/missing-file", format!("`{required}` is missing")).hint(hint));
            }
        }
        let mut texts = BTreeMap::new();
        for (path, bytes) in files {
            if let Some(text) = text::check(&path, bytes, &mut findings) {
                texts.insert(path, text);
            }
        }
        let manifest = texts.get("Cargo.toml").and_then(|text| manifest::read(text, added, &mut findings));
        match manifest {
            Some(manifest) if findings.is_empty() => Ok(Self { files: texts, manifest }),
            _ => {
                findings.truncate(MAX_FINDINGS);
                Err(findings)
            }
        }
    }

    /// The files by path.
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// The Rust files by path.
    pub fn rust_files(&self) -> impl Iterator<Item = (&String, &String)> {
        self.files.iter().filter(|(path, _)| path.ends_with(".rs"))
    }

    /// What was accepted of `Cargo.toml`.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Whether it names a crate beyond those of every build.
    pub fn needs_shelf(&self) -> bool {
        self.manifest.dependencies.iter().any(|dependency| dependency.shelf)
    }

    /// The crates it names that the owner of the server added.
    pub fn added(&self) -> Vec<Added> {
        let added = self.manifest.dependencies.iter().filter(|dependency| dependency.added);
        added.map(|dependency| Added { name: dependency.name.clone(), module: dependency.module.clone() }).collect()
    }

    /// The feature's name.
    pub fn slug(&self) -> &str {
        &self.manifest.slug
    }

    /// The bytes whose SHA-256 names this source: a version line, then each file in order of path as the two lengths
    /// in bytes (decimal, a line), the path and the content. Two different crates never give the same bytes.
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = b"kandra source 1\n".to_vec();
        for (path, text) in &self.files {
            bytes.extend_from_slice(format!("{} {}\n", path.len(), text.len()).as_bytes());
            bytes.extend_from_slice(path.as_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes
    }
}
