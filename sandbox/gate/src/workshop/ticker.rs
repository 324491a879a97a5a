//! A package's sources through the disposable child that finds where ticks belong.

use crate::{Cancel, GateError, MissingLayers, StageFailure, error};
use kandra_jail::{Command, End, Policy, Role};
use kandra_lint::crates::{self, Files, Package};
use std::{fs, io, path::Path, time::Duration};

const DEADLINE: Duration = Duration::from_secs(300);
const ADDRESS_SPACE: u64 = 6 << 30;
/// A larger file is a table; it stays as it is.
const MAX_FILE: u64 = 2 << 20;
const MAX_TOTAL: u64 = 24 << 20;
const MAX_DEPTH: usize = 16;

/// How children that tick are started.
pub(crate) struct Ticker<'a> {
    pub exe: &'a Path,
    pub missing: MissingLayers,
    pub cancel: &'a Cancel,
}

impl Ticker<'_> {
    /// Ticks and counts what is unsafe.
    pub fn look(&self, files: &Files) -> Result<Package, StageFailure> {
        let mut policy = Policy::new(Role::Lint);
        policy.missing = self.missing;
        policy.limits.cpu_seconds = DEADLINE.as_secs();
        policy.limits.address_space = ADDRESS_SPACE;
        let finished = Command::role(self.exe, "__tick", &policy)
            .stdin(crates::request(files))
            .deadline(DEADLINE)
            .output_limit(crates::MAX_MESSAGE)
            .cancel(self.cancel)
            .run()
            .map_err(|error| GateError::Child(error.to_string()))?;
        match finished.end {
            End::Exited(0) => crates::reply(files, &finished.stdout).map_err(|error| GateError::Child(error.to_string()).into()),
            _ => Err(error::child_failed("tick", &finished)),
        }
    }
}

/// The Rust files of a package's library, by path inside the package.
pub(crate) fn rust_files(package: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    let mut total = 0;
    let mut open = vec![(package.join("src"), 0)];
    while let Some((directory, depth)) = open.pop() {
        if depth > MAX_DEPTH || !directory.is_dir() {
            continue;
        }
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let (kind, path) = (entry.file_type()?, entry.path());
            if kind.is_dir() {
                open.push((path, depth + 1));
            } else if kind.is_file() && path.extension().is_some_and(|e| e == "rs") && entry.metadata()?.len() <= MAX_FILE {
                let inside = path.strip_prefix(package).expect("it was found beneath").to_string_lossy().into_owned();
                let Ok(text) = fs::read_to_string(&path) else { continue };
                total += text.len() as u64;
                if total > MAX_TOTAL {
                    return Err(io::Error::other(format!("the sources of {} are larger than {MAX_TOTAL} bytes", package.display())));
                }
                files.insert(inside, text);
            }
        }
    }
    Ok(files)
}
