//! One feature's folder on disk, read as its author left it.

use crate::{app::App, pipeline};
use kandra_gate::{Files, Gate, StageFailure};
use kandra_model::{Slug, SourceHash};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

/// What is in a folder.
pub(super) enum Found {
    /// No folder, or nothing in it.
    Nothing,
    /// Something without a `Cargo.toml`: somebody is at it.
    Unfinished,
    /// A crate, good or bad.
    Crate(Files),
}

/// Looks into the folder of a feature. What changes while it is read is read again.
pub(super) async fn find(app: &App, gate: &Gate, slug: &Slug) -> Found {
    let folder = app.home().crates().join(slug.as_str());
    for _ in 0..5 {
        if !folder.is_dir() {
            return Found::Nothing;
        }
        let first = read_off_thread(gate, &folder).await;
        tokio::time::sleep(Duration::from_millis(15)).await;
        match (first, read_off_thread(gate, &folder).await) {
            (Ok(first), Ok(second)) if first == second => {
                return if first.is_empty() {
                    Found::Nothing
                } else if first.contains_key("Cargo.toml") {
                    Found::Crate(first)
                } else {
                    Found::Unfinished
                };
            }
            (_, Err(StageFailure::Refused(findings))) => {
                tracing::warn!(feature = %slug, finding = findings.first().map(|f| f.message.as_str()), "a folder cannot be read as a crate");
                return Found::Unfinished;
            }
            // Still being written, or vanished in between.
            _ => {}
        }
    }
    Found::Unfinished
}

async fn read_off_thread(gate: &Gate, folder: &Path) -> Result<Files, StageFailure> {
    let (gate, folder) = (gate.clone(), folder.to_owned());
    match tokio::task::spawn_blocking(move || read(&gate, &folder)).await {
        Ok(read) => read,
        Err(panic) => Err(StageFailure::Failed(kandra_gate::GateError::Child(panic.to_string()))),
    }
}

/// A crate on disk without what editors leave there. Blocks.
pub(super) fn read(gate: &Gate, folder: &Path) -> Result<Files, StageFailure> {
    let mut files = gate.read_directory(folder)?;
    files.retain(|path, _| !is_left_by_an_editor(path));
    Ok(files)
}

/// Swap files, backups, and files that editors write before they rename them.
fn is_left_by_an_editor(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let swap = [".swp", ".swo", ".swx", ".tmp", ".bak", ".orig", ".rej", "~"];
    swap.iter().any(|end| name.ends_with(end))
        || name.starts_with(".#")
        || (name.starts_with('#') && name.ends_with('#'))
        || name.starts_with(".goutputstream-")
        || name.contains("___jb_")
        || name == "4913"
}

/// The hash that names this source: of the accepted form, or of the bytes when the source gate refuses them.
pub(crate) fn source_hash(gate: &Gate, files: &Files) -> SourceHash {
    if let Ok(source) = gate.source(files.clone()) {
        return pipeline::hash(&source);
    }
    let mut digest = Sha256::new();
    digest.update(b"kandra refused source\n");
    for (path, bytes) in files {
        for part in [path.as_bytes(), bytes] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
    }
    hex::encode(digest.finalize()).parse().expect("a digest in lower-case hexadecimal")
}

/// The crates in a folder of crates, by slug. Blocks.
pub(super) fn importable(gate: &Gate, folder: &Path) -> BTreeMap<Slug, PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeMap::new() };
    entries
        .flatten()
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .filter_map(|entry| {
            let source = gate.source(read(gate, &entry.path()).ok()?).ok()?;
            Some((source.slug().parse().ok()?, entry.path()))
        })
        .take(200)
        .collect()
}

/// Makes a folder that is not there yet, in one step. Blocks.
pub(super) fn write_new(scratch: &Path, target: &Path, files: &Files) -> std::io::Result<()> {
    let fresh = tempfile::Builder::new().prefix("import-").tempdir_in(scratch)?;
    for (path, bytes) in files {
        let file = fresh.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap_or(fresh.path()))?;
        std::fs::File::create_new(&file)?.write_all(bytes)?;
    }
    std::fs::rename(fresh.keep(), target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_leave_things_behind() {
        for path in ["src/.lib.rs.swp", "src/lib.rs~", "src/.#lib.rs", "src/#lib.rs#", "src/4913", "src/lib.rs___jb_tmp___", "x.bak"] {
            assert!(is_left_by_an_editor(path), "{path}");
        }
        for path in ["src/lib.rs", "Cargo.toml", ".cargo/config.toml", "build.rs", "src/swp.rs"] {
            assert!(!is_left_by_an_editor(path), "{path}");
        }
    }

    #[test]
    fn a_new_folder_appears_whole() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("poll");
        let files = Files::from([("Cargo.toml".to_owned(), b"x".to_vec()), ("src/lib.rs".to_owned(), b"y".to_vec())]);
        write_new(folder.path(), &target, &files).unwrap();
        assert_eq!(std::fs::read(target.join("src/lib.rs")).unwrap(), b"y");
        assert!(write_new(folder.path(), &target, &files).is_err(), "a folder that is there is left alone");
    }
}
