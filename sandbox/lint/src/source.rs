//! skeleton
use crate::Finding;
use std::collections::BTreeMap;

/// How much room a widget reserves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Height {
    /// 160 px.
    S,
    /// 280 px.
    #[default]
    M,
    /// 420 px.
    L,
}

/// A crate that the feature uses; only its name matters, the gate knows version and features.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    /// The package's name, from the allow-list.
    pub name: String,
}

/// What was accepted of `Cargo.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// From the package's name.
    pub slug: String,
    /// `[package] version`.
    pub version: String,
    /// At most 60 characters.
    pub title: String,
    /// At most 200 characters.
    pub summary: String,
    /// One emoji, or empty.
    pub icon: String,
    /// Reserved room.
    pub height: Height,
    /// Declared capabilities.
    pub capabilities: Vec<String>,
    /// Hosts it wants to call.
    pub hosts: Vec<String>,
    /// From the allow-list.
    pub dependencies: Vec<Dependency>,
}

/// A crate whose files and manifest are acceptable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    files: BTreeMap<String, String>,
    manifest: Manifest,
}

impl Source {
    /// Judges a crate's files.
    ///
    /// # Errors
    /// Every reason to refuse them, at most 200.
    pub fn check(files: BTreeMap<String, Vec<u8>>) -> Result<Self, Vec<Finding>> {
        let _ = files;
        todo!()
    }

    /// The files by path.
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// What was accepted of `Cargo.toml`.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The feature's name.
    pub fn slug(&self) -> &str {
        &self.manifest.slug
    }

    /// The bytes whose SHA-256 names this source.
    pub fn canonical(&self) -> Vec<u8> {
        todo!()
    }
}
