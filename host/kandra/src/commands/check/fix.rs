//! `--fix`: what has exactly one right answer is written into the author's files; each file whole or not at all.

use crate::{commands::print_line, terminal};
use anyhow::{Context, Result, bail};
use kandra_gate::{Cancel, Files, Gate, StageFailure};
use similar::TextDiff;
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

/// Fixes each crate, or with `dry_run` prints what it would change. A crate that cannot be read is told of by the check.
pub fn run(gate: &Gate, paths: &[PathBuf], dry_run: bool) -> Result<()> {
    let mut changed = 0;
    for path in paths {
        let Ok(before) = kandra_gate::read_directory(path) else { continue };
        let after = match gate.fix(before.clone(), &Cancel::new()) {
            Ok(after) => after,
            Err(StageFailure::Failed(failure)) => return Err(failure.into()),
            Err(_) => continue,
        };
        for (name, old, new) in differences(&before, &after) {
            let file = path.join(name);
            changed += 1;
            if dry_run {
                print_line(diff(&file, old, new).trim_end())?;
            } else {
                replace(&file, old, new)?;
                terminal::say(format!("fixed {}", file.display()));
            }
        }
    }
    if changed == 0 {
        terminal::say("nothing to fix: no finding has exactly one right answer");
    }
    Ok(())
}

fn differences<'f>(before: &'f Files, after: &'f Files) -> impl Iterator<Item = (&'f str, &'f [u8], &'f [u8])> {
    before.iter().filter_map(|(name, old)| {
        let new = after.get(name)?;
        (old != new).then_some((name.as_str(), old.as_slice(), new.as_slice()))
    })
}

fn diff(file: &Path, old: &[u8], new: &[u8]) -> String {
    let (old, new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
    let name = file.display().to_string();
    let text = TextDiff::from_lines(&*old, &*new).unified_diff().context_radius(3).header(&name, &name).to_string();
    terminal::printable(&text)
}

/// Writes the file beside itself and renames it: a reader sees the old text or the new one. What was changed meanwhile is
/// the author's and stays.
fn replace(file: &Path, old: &[u8], new: &[u8]) -> Result<()> {
    let what = || format!("cannot write {}", file.display());
    let folder = file.parent().context("a file stands in a folder")?;
    let mut fixed = tempfile::Builder::new().prefix(".kandra-fix-").tempfile_in(folder).with_context(what)?;
    fixed.write_all(new).with_context(what)?;
    let metadata = fs::symlink_metadata(file).with_context(what)?;
    if !metadata.is_file() || fs::read(file).with_context(what)? != old {
        bail!("{} was changed while it was being fixed; run the check again", file.display());
    }
    fixed.as_file().set_permissions(metadata.permissions()).with_context(what)?;
    fixed.persist(file).map_err(|e| e.error).with_context(what)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_file_is_replaced_whole_and_only_as_it_was_read() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("lib.rs");
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        replace(&file, b"old", b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(replace(&file, b"old", b"newer").is_err());
        assert_eq!(fs::read(&file).unwrap(), b"new");
        let other = place.path().join("other.rs");
        fs::write(&other, "old").unwrap();
        fs::remove_file(&file).unwrap();
        std::os::unix::fs::symlink(&other, &file).unwrap();
        assert!(replace(&file, b"old", b"new").is_err(), "a link leads elsewhere");
        assert_eq!(fs::read(&other).unwrap(), b"old");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2, "nothing else is left");
    }

    #[test]
    fn a_dry_run_shows_what_would_change() {
        let text = diff(Path::new("a/src/lib.rs"), b"use core::fmt;\n", b"use std::fmt;\n");
        assert!(text.contains("--- a/src/lib.rs") && text.contains("-use core::fmt;\n+use std::fmt;"), "{text}");
    }
}
