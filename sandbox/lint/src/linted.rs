//! skeleton
use crate::{Finding, Source};
use std::collections::BTreeMap;

/// A crate that passed the lint, with its ticks.
#[derive(Clone, Debug)]
pub struct Linted {
    source: Source,
    ticked: BTreeMap<String, String>,
    warnings: Vec<Finding>,
}

/// Judges a crate's Rust and inserts the ticks. In a process that must survive, call it through [`crate::child`].
///
/// # Errors
/// Every finding that refuses it, at most 200, in order of place.
pub fn lint(source: Source) -> Result<Linted, Vec<Finding>> {
    let _ = source;
    todo!()
}

impl Linted {
    /// What was linted.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// `src/**.rs` with ticks and prelude imports inserted; the same lines.
    pub fn ticked(&self) -> &BTreeMap<String, String> {
        &self.ticked
    }

    /// Where a place of a ticked file stands in the author's file; lines and columns from 1, columns in characters.
    pub fn original_position(&self, file: &str, line: u32, column: u32) -> (u32, u32) {
        let _ = file;
        (line, column)
    }

    /// Findings that do not refuse.
    pub fn warnings(&self) -> &[Finding] {
        &self.warnings
    }
}
