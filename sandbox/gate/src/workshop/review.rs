//! What a crate brings along, for the owner to decide by: facts, and the reasons to refuse it.

use super::{
    advisories::{Advisories, look_up},
    metadata::{Metadata, Package},
    registry::ticks,
    ticker::{Ticker, rust_files},
};
use crate::{GateError, StageFailure};
use serde::Serialize;
use std::{collections::BTreeSet, path::Path};

/// What was found about a crate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CrateReport {
    /// As the registry has it.
    pub name: String,
    /// What it was resolved to.
    pub version: String,
    /// Cargo features that would be on.
    pub features: Vec<String>,
    /// Whether its default features would be on.
    pub default_features: bool,
    /// SPDX expression.
    pub licence: String,
    /// What it says of itself.
    pub what: String,
    /// Packages that come new with it, itself among them.
    pub parts: Vec<Part>,
    /// What RustSec knows of them.
    pub advisories: Advisories,
    /// Why it cannot be added; empty when it can.
    pub refused: Vec<String>,
}

/// A package that comes along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SPDX expression.
    pub licence: String,
    /// Bytes of its Rust sources.
    pub bytes: u64,
    /// Whether features are linked with it; else it only helps to build.
    pub linked: bool,
    /// Whether it runs a program of its own while it is built.
    pub build_script: bool,
    /// Whether it runs inside the compiler.
    pub proc_macro: bool,
    /// How often `unsafe` stands in its code.
    pub unsafe_words: usize,
    /// Whether the build inserts ticks, so that its loops end when a call's time is spent.
    pub ticks: bool,
}

/// Looks at what is new: `known` are the packages of the lock before, by name and version.
pub(super) fn review(
    metadata: &Metadata,
    package: &Package,
    known: &BTreeSet<(String, String)>,
    cargo_home: &Path,
    ticker: &Ticker<'_>,
) -> Result<(Vec<Part>, Advisories, Vec<String>), StageFailure> {
    let linked = metadata.linked_with(std::slice::from_ref(&package.name));
    let (mut parts, mut refused) = (Vec::new(), Vec::new());
    if package.module().is_none() {
        refused.push(format!("{} has no library that a feature could be linked with", package.name));
    }
    for found in metadata.fetched() {
        if known.contains(&(found.name.clone(), found.version.clone())) {
            continue;
        }
        let files = rust_files(found.directory()).map_err(GateError::io(format!("could not read {}", found.name)))?;
        let looked = ticker.look(&files)?;
        let part = Part {
            name: found.name.clone(),
            version: found.version.clone(),
            licence: found.license.clone().unwrap_or_default(),
            bytes: files.values().map(|text| text.len() as u64).sum(),
            linked: linked.contains(found.id.as_str()),
            build_script: found.has("custom-build"),
            proc_macro: found.has("proc-macro"),
            unsafe_words: looked.unsafe_words,
            ticks: ticks(&found.name, looked.unsafe_words),
        };
        refused.extend(licence_problem(&part));
        if part.linked && found.links.is_some() {
            refused.push(format!("{} brings a library that is not Rust, in which no tick and no limit holds", part.name));
        }
        if !found.source.as_deref().is_some_and(|source| source.starts_with("registry+") || source.starts_with("sparse+")) {
            refused.push(format!("{} does not come from a registry", part.name));
        }
        parts.push(part);
    }
    parts.sort_by(|a, b| (a.name != package.name, !a.linked, &a.name).cmp(&(b.name != package.name, !b.linked, &b.name)));
    let advisories = look_up(cargo_home, parts.iter().map(|part| (part.name.as_str(), part.version.as_str())));
    Ok((parts, advisories, refused))
}

/// Kandra links no code under a licence that would ask the same of features.
fn licence_problem(part: &Part) -> Option<String> {
    if part.licence.is_empty() {
        return Some(format!("{} names no licence", part.name));
    }
    // `A OR B` leaves the choice; `/` is its old spelling.
    let choices = part.licence.replace(" OR ", "/");
    let free = choices.split('/').any(|choice| !choice.to_ascii_uppercase().contains("GPL"));
    (!free).then(|| format!("{} is licensed {}, which features cannot be linked with", part.name, part.licence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_is_refused_when_it_leaves_no_other_choice() {
        let problem = |licence: &str| {
            let part = Part {
                name: "a".into(),
                version: "1.0.0".into(),
                licence: licence.into(),
                bytes: 0,
                linked: true,
                build_script: false,
                proc_macro: false,
                unsafe_words: 0,
                ticks: true,
            };
            licence_problem(&part).is_some()
        };
        for refused in ["GPL-3.0", "AGPL-3.0-only", "LGPL-2.1 OR GPL-2.0", "", "MIT AND GPL-3.0"] {
            assert!(problem(refused), "{refused}");
        }
        for accepted in ["MIT", "MIT OR Apache-2.0", "GPL-3.0 OR MIT", "Unlicense/MIT", "(MIT OR Apache-2.0) AND Unicode-3.0"] {
            assert!(!problem(accepted), "{accepted}");
        }
    }
}
