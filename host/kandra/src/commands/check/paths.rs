//! What the command line names: crates, or something that looks like one and needs a word.

use crate::exit::{Code, CodedError};
use anyhow::{Context, Result};
use kandra_gate::Finding;
use std::{
    fs::metadata,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Command,
};

/// Why this is no folder that a crate can be read from, and what was probably meant.
pub fn problem(path: &Path) -> Option<Finding> {
    let is_crate = |folder: &Path| folder.join("Cargo.toml").is_file() && folder.join("src").is_dir();
    let text = path.display().to_string();
    match metadata(path) {
        Ok(found) if found.is_dir() => None,
        Ok(_) => {
            let hint = match path.ancestors().skip(1).find(|folder| !folder.as_os_str().is_empty() && is_crate(folder)) {
                Some(folder) => format!("did you mean {}?", folder.display()),
                None => "give folders only; a pattern such as `generated/*/`, with a slash at its end, leaves files out".to_owned(),
            };
            Some(Finding::error("path/file", "this is a file, and a feature is a folder").hint(hint))
        }
        Err(e) if e.kind() == ErrorKind::NotFound && text.contains(['*', '?', '[']) => {
            Some(Finding::error("path/missing", "no folder matches this pattern").hint("look from where the features are"))
        }
        Err(e) if e.kind() == ErrorKind::NotFound => {
            Some(Finding::error("path/missing", "this folder does not exist").hint("`kandra new SLUG` makes a feature crate"))
        }
        Err(e) => Some(Finding::error("path/unreadable", format!("this folder cannot be read: {e}"))),
    }
}

/// Those of `paths` that differ from `revision` in the working tree, untracked files included.
pub fn changed(paths: &[PathBuf], revision: &str) -> Result<Vec<PathBuf>> {
    if revision.starts_with('-') {
        return Err(CodedError::error(Code::Usage, format!("{revision:?} is not a git revision")));
    }
    let differs = |path: &PathBuf| -> Result<bool> {
        let git = |arguments: &[&str]| -> Result<Vec<u8>> {
            let output = Command::new("git").args(arguments).arg("--").arg(path).output().context("cannot run git, which --since needs")?;
            if !output.status.success() {
                return Err(CodedError::error(Code::Usage, String::from_utf8_lossy(&output.stderr).trim().to_owned()));
            }
            Ok(output.stdout)
        };
        Ok(!git(&["diff", "--name-only", revision])?.is_empty() || !git(&["ls-files", "--others", "--exclude-standard"])?.is_empty())
    };
    paths.iter().filter_map(|path| differs(path).map(|yes| yes.then(|| path.clone())).transpose()).collect()
}
