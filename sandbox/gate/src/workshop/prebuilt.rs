//! What the warm build leaves: libraries to link against, and which of them a feature can name.

use crate::{GateError, cargo};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// The libraries that features link against. Read-only to every build.
#[derive(Clone, Debug)]
pub(crate) struct Prebuilt {
    pub directory: PathBuf,
    /// Crate name to its library.
    pub externs: BTreeMap<String, PathBuf>,
    /// Symbols of the initialisers that std itself brings into every library.
    pub constructors: BTreeSet<String>,
}

impl Prebuilt {
    /// Where the libraries are, those that only macros of the compiler use included.
    pub fn search(&self) -> [PathBuf; 2] {
        [self.directory.join(LIBRARIES), self.directory.join(MACROS)]
    }

    /// What cargo knows about this rustc, so that it need not ask again.
    pub fn rustc_info(&self) -> PathBuf {
        self.directory.join(RUSTC_INFO)
    }
}

const LIBRARIES: &str = "lib";
const MACROS: &str = "macros";
const READY: &str = "ready.json";
const RUSTC_INFO: &str = "rustc_info.json";
const CONSTRUCTORS: &str = "constructors.json";

/// Written last.
#[derive(Serialize, Deserialize)]
struct Ready {
    /// Crate name to file name in [`LIBRARIES`].
    externs: BTreeMap<String, String>,
}

/// The warm build at `directory`, if it is complete.
pub(crate) fn load(directory: &Path, externs: &[String]) -> Option<Prebuilt> {
    let constructors = serde_json::from_slice(&fs::read(directory.join(CONSTRUCTORS)).ok()?).ok()?;
    Some(Prebuilt { constructors, ..libraries(directory, externs)? })
}

/// What is there before the first feature was linked against it.
pub(crate) fn libraries(directory: &Path, wanted: &[String]) -> Option<Prebuilt> {
    let ready: Ready = serde_json::from_slice(&fs::read(directory.join(READY)).ok()?).ok()?;
    let externs: BTreeMap<String, PathBuf> =
        ready.externs.into_iter().map(|(name, file)| (name, directory.join(LIBRARIES).join(file))).collect();
    let complete = wanted.iter().all(|name| externs.get(name).is_some_and(|path| path.is_file())) && directory.join(MACROS).is_dir();
    complete.then(|| Prebuilt { directory: directory.to_owned(), externs, constructors: BTreeSet::new() })
}

/// Keeps what the first feature, an empty one, taught. Completes the warm build.
pub(crate) fn complete(directory: &Path, constructors: &BTreeSet<String>, rustc_info: &Path) -> Result<(), GateError> {
    let keep = || {
        fs::copy(rustc_info, directory.join(RUSTC_INFO))?;
        fs::write(directory.join(CONSTRUCTORS), serde_json::to_vec(constructors).expect("plain data"))
    };
    keep().map_err(GateError::io(format!("could not complete {}", directory.display())))
}

/// Copies the libraries that cargo built beneath `target` to `at`.
pub(super) fn gather(stdout: &[u8], target: &Path, at: &Path, wanted: &BTreeMap<String, Option<String>>) -> Result<(), GateError> {
    let mut externs = BTreeMap::new();
    let ours = target.join(super::toolchain::TARGET).join("release/deps");
    for message in cargo::messages(stdout) {
        let cargo::Message::Artifact { target, filenames, package_id } = message else { continue };
        let name = target.name.replace('-', "_");
        let library = filenames.iter().find(|path| path.starts_with(&ours) && path.extension().is_some_and(|e| e == "rlib"));
        // Of a crate that is there in two versions features see the one that they are told of.
        let meant =
            wanted.get(&name).is_some_and(|version| version.as_ref().is_none_or(|version| package_id.ends_with(&format!("@{version}"))));
        if let (true, Some(library)) = (meant, library) {
            let file = library.file_name().expect("a library has a name").to_string_lossy().into_owned();
            externs.insert(name, file);
        }
    }
    if let Some(missing) = wanted.keys().find(|name| !externs.contains_key(*name)) {
        return Err(GateError::Warm(format!("cargo built no {missing}")));
    }
    collect(&ours, "rlib", &at.join(LIBRARIES))?;
    collect(&target.join("release/deps"), "so", &at.join(MACROS))?;
    let ready = serde_json::to_vec(&Ready { externs }).expect("plain data");
    fs::write(at.join(READY), ready).map_err(GateError::io("could not write the warm build's list"))
}

fn collect(from: &Path, extension: &str, to: &Path) -> Result<(), GateError> {
    let moved = || -> std::io::Result<()> {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let path = entry?.path();
            if path.extension().is_some_and(|e| e == extension) {
                let place = to.join(path.file_name().expect("an entry has a name"));
                // cargo's own stays with what it built, for the next warm build to begin with.
                fs::copy(&path, &place)?;
                fs::set_permissions(&place, fs::Permissions::from_mode(0o444))?;
            }
        }
        Ok(())
    };
    moved().map_err(GateError::io(format!("could not keep the libraries in {}", to.display())))
}
