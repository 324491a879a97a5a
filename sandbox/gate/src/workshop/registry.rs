//! The registry that the jailed cargo of a warm build sees: the user's own, or one whose unpacked sources tick.
//!
//! cargo takes a package that lies unpacked in its registry as it is. So the copies with ticks lie there, and the lock with
//! its checksums, which the fetch outside the jail has kept to, stays the reviewed one.

use super::{
    metadata::{Metadata, Package},
    ticker::{Ticker, rust_files},
};
use crate::{GateError, StageFailure};
use std::{
    fs, io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

const NOT_LAID_OUT: &str = "could not lay out the warm build";
/// Files and directories of one copy, at most.
const MAX_ENTRIES: usize = 50_000;

/// The user's own registry, as it is.
pub(super) fn link(theirs: &Path, ours: &Path) -> Result<(), GateError> {
    symlink(theirs, ours).map_err(GateError::io(NOT_LAID_OUT))
}

/// The user's registry with copies of what features are linked with, and ticks in them. `shelf`: the crates that features
/// can name.
pub(super) fn tick(theirs: &Path, ours: &Path, metadata: &Metadata, shelf: &[String], ticker: &Ticker<'_>) -> Result<(), StageFailure> {
    fs::create_dir_all(ours.join("src")).map_err(GateError::io(NOT_LAID_OUT))?;
    for part in ["index", "cache"] {
        if theirs.join(part).exists() {
            symlink(theirs.join(part), ours.join(part)).map_err(GateError::io(NOT_LAID_OUT))?;
        }
    }
    // What every build holds has its loops bounded by its input, there as here.
    let base = metadata.linked_with(&["kandra", "kandra-std", "serde", "serde_json"].map(str::to_owned));
    let linked = metadata.linked_with(shelf);
    for package in metadata.fetched() {
        let place = place(theirs, ours, package)?;
        let parent = place.parent().expect("a package lies in a source");
        fs::create_dir_all(parent).map_err(GateError::io(NOT_LAID_OUT))?;
        let ticked =
            if linked.contains(package.id.as_str()) && !base.contains(package.id.as_str()) { ticked(package, ticker)? } else { None };
        match ticked {
            None => symlink(package.directory(), &place).map_err(GateError::io(NOT_LAID_OUT))?,
            Some(ticked) => {
                copy(package.directory(), &place).map_err(GateError::io(format!("could not copy {}", package.name)))?;
                for (path, text) in ticked {
                    let what = || format!("could not write {path} of {}", package.name);
                    let at = place.join(&path);
                    let modified = fs::metadata(&at).and_then(|file| file.modified()).map_err(GateError::io(what()))?;
                    let written =
                        fs::remove_file(&at).and_then(|()| fs::write(&at, text)).and_then(|()| fs::File::open(&at)?.set_modified(modified));
                    written.map_err(GateError::io(what()))?;
                }
            }
        }
    }
    Ok(())
}

/// Whether a package ticks: as its review says; without one, when it has no unsafe code.
pub(crate) fn ticks(name: &str, unsafe_words: usize) -> bool {
    let reviewed = kandra_lint::loops().iter().find(|loops| loops.names.iter().any(|known| known == name));
    reviewed.map_or(unsafe_words == 0, |loops| loops.ticks)
}

fn ticked(package: &Package, ticker: &Ticker<'_>) -> Result<Option<kandra_lint::crates::Files>, StageFailure> {
    // What is known not to tick need not be read.
    if !ticks(&package.name, 0) {
        return Ok(None);
    }
    let files = rust_files(package.directory()).map_err(GateError::io(format!("could not read {}", package.name)))?;
    let found = ticker.look(&files)?;
    Ok(ticks(&package.name, found.unsafe_words).then_some(found.ticked))
}

/// Where cargo looks for this package's sources.
fn place(theirs: &Path, ours: &Path, package: &Package) -> Result<PathBuf, GateError> {
    let inside = package.directory().strip_prefix(theirs.join("src")).ok();
    inside.filter(|inside| inside.components().count() == 2).map(|inside| ours.join("src").join(inside)).ok_or_else(|| {
        let from = package.directory().display();
        GateError::Warm(format!(
            "{} comes from {from}; crates of the shelf come from a registry, not from a vendored directory",
            package.name
        ))
    })
}

/// Copies a directory with its files' times; links are left out.
pub(super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut open = vec![(from.to_owned(), to.to_owned())];
    let mut entries = 0;
    while let Some((from, to)) = open.pop() {
        fs::create_dir_all(&to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            entries += 1;
            if entries > MAX_ENTRIES {
                return Err(io::Error::other("there are too many files"));
            }
            let (kind, place) = (entry.file_type()?, to.join(entry.file_name()));
            if kind.is_dir() {
                open.push((entry.path(), place));
            } else if kind.is_file() {
                fs::copy(entry.path(), &place)?;
                // cargo compares times.
                let modified = entry.metadata()?.modified()?;
                fs::File::open(&place)?.set_modified(modified)?;
            }
        }
    }
    Ok(())
}
