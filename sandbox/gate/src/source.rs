//! The source gate: a directory or a map of files arrives, a checked [`Source`] leaves.
//!
//! A directory is read beneath one directory handle: no link is followed, no device or pipe is opened, and what is
//! read is bounded before it is kept.

use crate::{GateError, Source, StageFailure, error};
use kandra_model::Finding;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, ResolveFlags, open, openat2, statat};
use std::{
    collections::BTreeMap,
    fs::File,
    io::Read,
    os::fd::{AsFd, OwnedFd},
    path::Path,
};

/// Path inside the crate to bytes.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Bounds of what is read at all; the source gate's own limits are narrower.
const MAX_FILES: usize = 200;
const MAX_FILE: u64 = 1 << 20;
const MAX_TOTAL: u64 = 4 << 20;
const MAX_DEPTH: usize = 8;
/// What an author's tools leave behind; a crate never holds these.
const IGNORED: [&str; 7] = ["target", ".git", ".gitignore", "Cargo.lock", ".DS_Store", ".vscode", ".idea"];

/// Judges a crate's files.
pub(crate) fn check(files: Files, added: &[kandra_lint::Added]) -> Result<Source, StageFailure> {
    Source::check_with(files, added).map_err(error::refused)
}

/// Reads a crate from disk, without what an author's tools leave there (`target`, `.git`, `Cargo.lock`, editor files).
///
/// # Errors
/// `Refused` for links, devices, pipes, and for too much of anything; `Failed` when the directory cannot be read.
pub fn read_directory(path: &Path) -> Result<Files, StageFailure> {
    let what = || format!("could not read {}", path.display());
    let root =
        open(path, OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::RDONLY, Mode::empty()).map_err(|e| GateError::io(what())(e.into()))?;
    if let Some(finding) = no_feature(&root).map_err(|e| GateError::io(what())(e.into()))? {
        return Err(StageFailure::Refused(vec![finding]));
    }
    let mut reader = Reader { files: Files::new(), total: 0, findings: Vec::new() };
    reader.directory(&root, "", 0).map_err(|e| GateError::io(what())(e.into()))?;
    if reader.findings.is_empty() { Ok(reader.files) } else { Err(StageFailure::Refused(reader.findings)) }
}

/// One finding for a directory that holds features but is none, instead of one for each file in them.
fn no_feature(root: &OwnedFd) -> rustix::io::Result<Option<Finding>> {
    const MOST_NAMED: usize = 5;
    let has_manifest = |directory: &OwnedFd| statat(directory, "Cargo.toml", AtFlags::SYMLINK_NOFOLLOW).is_ok();
    if has_manifest(root) {
        return Ok(None);
    }
    let mut found = Vec::new();
    for entry in Dir::read_from(root)?.take(4 * MAX_FILES) {
        let entry = entry?;
        let Ok(name) = entry.file_name().to_str() else { continue };
        let plain = !name.starts_with('.') && !name.chars().any(char::is_control);
        if plain && beneath(root, name, OFlags::DIRECTORY).is_ok_and(|inner| has_manifest(&inner)) {
            found.push(format!("./{name}"));
        }
    }
    if found.is_empty() {
        return Ok(None);
    }
    found.sort();
    let more = if found.len() > MOST_NAMED { " …" } else { "" };
    found.truncate(MOST_NAMED);
    let message = "this is not a feature: the directory has no Cargo.toml";
    Ok(Some(Finding::error("source/no-feature", message).hint(format!("did you mean {}{more}?", found.join(" ")))))
}

struct Reader {
    files: Files,
    total: u64,
    findings: Vec<Finding>,
}

impl Reader {
    fn refuse(&mut self, code: &str, path: &str, message: &str) {
        let shown: String = path.chars().filter(|c| !c.is_control()).take(120).collect();
        self.findings.push(Finding::error(code, message.replace("{}", &shown)).file(shown));
    }

    fn directory(&mut self, directory: &OwnedFd, prefix: &str, depth: usize) -> rustix::io::Result<()> {
        let mut names = Vec::new();
        for entry in Dir::read_from(directory)? {
            let name = entry?.file_name().to_bytes().to_vec();
            if name != b"." && name != b".." {
                names.push(name);
            }
            if names.len() > 4 * MAX_FILES {
                self.refuse("source/too-many-files", prefix, "the directory {} holds too many entries");
                return Ok(());
            }
        }
        names.sort();
        for name in names {
            if !self.findings.is_empty() {
                return Ok(());
            }
            let Ok(name) = String::from_utf8(name) else {
                self.refuse("source/path", prefix, "a file name in {} is not UTF-8");
                continue;
            };
            if IGNORED.contains(&name.as_str()) {
                continue;
            }
            self.entry(directory, &name, &format!("{prefix}{name}"), depth)?;
        }
        Ok(())
    }

    fn entry(&mut self, directory: &OwnedFd, name: &str, path: &str, depth: usize) -> rustix::io::Result<()> {
        let kind = |stat: &rustix::fs::Stat| FileType::from_raw_mode(stat.st_mode);
        // Looked at before it is opened: opening a pipe or a device can block or have effects.
        match kind(&statat(directory.as_fd(), name, AtFlags::SYMLINK_NOFOLLOW)?) {
            FileType::Directory if depth >= MAX_DEPTH => self.refuse("source/path", path, "the directory {} lies too deep"),
            FileType::Directory => {
                let inner = beneath(directory, name, OFlags::DIRECTORY)?;
                self.directory(&inner, &format!("{path}/"), depth + 1)?;
            }
            FileType::RegularFile => {
                let file = File::from(beneath(directory, name, OFlags::NONBLOCK)?);
                if kind(&rustix::fs::fstat(&file)?) != FileType::RegularFile {
                    self.refuse("source/file-type", path, "{} changed while it was read");
                    return Ok(());
                }
                self.file(file, path)?;
            }
            FileType::Symlink => self.refuse("source/link", path, "{} is a link; a crate holds plain files only"),
            _ => self.refuse("source/file-type", path, "{} is not a plain file"),
        }
        Ok(())
    }

    fn file(&mut self, file: File, path: &str) -> rustix::io::Result<()> {
        let mut bytes = Vec::new();
        file.take(MAX_FILE + 1)
            .read_to_end(&mut bytes)
            .map_err(|e| rustix::io::Errno::from_io_error(&e).unwrap_or(rustix::io::Errno::IO))?;
        let size = bytes.len() as u64;
        self.total += size;
        if size > MAX_FILE {
            self.refuse("source/file-size", path, "{} is larger than 1 MiB");
        } else if self.total > MAX_TOTAL {
            self.refuse("source/total-size", path, "the crate is larger than 4 MiB");
        } else if self.files.len() >= MAX_FILES {
            self.refuse("source/too-many-files", path, "the crate has more than 200 files");
        } else {
            self.files.insert(path.to_owned(), bytes);
        }
        Ok(())
    }
}

/// Opens one name in a directory, never leaving it and never following a link.
pub(crate) fn beneath(directory: &impl AsFd, name: &str, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    openat2(directory, name, flags | OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW, Mode::empty(), resolve)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::symlink, time::Instant};

    fn code(build: impl FnOnce(&Path)) -> String {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir(place.path().join("src")).unwrap();
        fs::write(place.path().join("src/lib.rs"), "").unwrap();
        build(place.path());
        match read_directory(place.path()) {
            Ok(files) => files.into_keys().collect::<Vec<_>>().join(" "),
            Err(StageFailure::Refused(findings)) => findings[0].code.clone(),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn plain_files_are_read_and_tools_leavings_are_not() {
        let files = code(|at| {
            fs::write(at.join("Cargo.toml"), "").unwrap();
            fs::write(at.join("Cargo.lock"), "").unwrap();
            fs::create_dir_all(at.join("target/debug")).unwrap();
            symlink("/etc", at.join("target/etc")).unwrap();
            fs::create_dir(at.join(".git")).unwrap();
        });
        assert_eq!(files, "Cargo.toml src/lib.rs");
    }

    #[test]
    fn a_directory_of_features_is_one_finding() {
        let feature = |at: &Path, name: &str| {
            fs::create_dir_all(at.join(name).join("src")).unwrap();
            fs::write(at.join(name).join("Cargo.toml"), "").unwrap();
        };
        let place = tempfile::tempdir().unwrap();
        feature(place.path(), "b");
        feature(place.path(), "a");
        fs::create_dir(place.path().join("notes")).unwrap();
        symlink("/", place.path().join("c")).unwrap();
        let Err(StageFailure::Refused(findings)) = read_directory(place.path()) else { panic!("it was read") };
        assert_eq!((findings.len(), findings[0].code.as_str()), (1, "source/no-feature"));
        assert_eq!(findings[0].hint, "did you mean ./a ./b?");
        // A feature may hold what it likes; the other gates judge that.
        assert_eq!(code(|at| feature(at, ".")), "Cargo.toml src/lib.rs");
        assert_eq!(code(|_| {}), "src/lib.rs");
    }

    #[test]
    fn links_pipes_and_devices_are_refused_without_being_opened() {
        assert_eq!(code(|at| symlink("/etc/passwd", at.join("src/data.rs")).unwrap()), "source/link");
        assert_eq!(code(|at| symlink("../..", at.join("src/up")).unwrap()), "source/link");
        let pipe = |at: &Path| rustix::fs::mknodat(rustix::fs::CWD, at.join("src/pipe.rs"), FileType::Fifo, Mode::RUSR, 0).unwrap();
        let started = Instant::now();
        assert_eq!(code(pipe), "source/file-type");
        assert!(started.elapsed().as_secs() < 5, "a pipe without a writer would block for ever");
        let socket = |at: &Path| drop(std::os::unix::net::UnixListener::bind(at.join("src/socket.rs")).unwrap());
        assert_eq!(code(socket), "source/file-type");
    }

    #[test]
    fn too_much_of_anything_is_refused() {
        assert_eq!(code(|at| fs::write(at.join("src/big.rs"), vec![b' '; (MAX_FILE + 1) as usize]).unwrap()), "source/file-size");
        let many = |at: &Path| (0..=MAX_FILES).for_each(|i| fs::write(at.join(format!("src/f{i}.rs")), "").unwrap());
        assert_eq!(code(many), "source/too-many-files");
        let total = |at: &Path| (0..6).for_each(|i| fs::write(at.join(format!("src/f{i}.rs")), vec![b' '; 900 << 10]).unwrap());
        assert_eq!(code(total), "source/total-size");
        assert_eq!(code(|at| fs::create_dir_all(at.join("a/b/c/d/e/f/g/h/i/j")).unwrap()), "source/path");
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"src/\xff.rs");
        assert_eq!(code(|at| fs::write(at.join(name), "").unwrap()), "source/path");
    }

    #[test]
    fn what_is_no_directory_is_our_failure() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("x");
        fs::write(&file, "").unwrap();
        for path in [file, place.path().join("nowhere")] {
            assert!(matches!(read_directory(&path), Err(StageFailure::Failed(GateError::Io { .. }))));
        }
    }
}
