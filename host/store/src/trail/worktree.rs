//! The work tree on disk: `world/features/<slug>/…`, shared with people who edit by hand.

use super::{Files, TrailError};
use kandra_model::Slug;
use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Source files that are looked at besides those git knows.
const ROOT_FILES: [&str; 3] = ["Cargo.toml", "contract.toml", "README.md"];
const MAX_LISTED: usize = 2_000;
/// Larger than any file a gate accepts: such a file counts as a hand edit.
const MAX_FILE: u64 = 4 << 20;

pub(super) struct WorkTree {
    features: PathBuf,
    /// Where files are written before they are renamed into place; on the same filesystem, outside the tree.
    writing: PathBuf,
}

impl WorkTree {
    /// Also removes what an interrupted write left behind.
    pub(super) fn open(work_tree: &Path, writing: &Path) -> Result<Self, TrailError> {
        let tree = Self { features: work_tree.join("features"), writing: writing.to_owned() };
        fs::create_dir_all(&tree.features).map_err(io(&tree.features))?;
        match fs::remove_dir_all(writing) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(io(writing)(error)),
            _ => {}
        }
        fs::create_dir_all(writing).map_err(io(writing))?;
        Ok(tree)
    }

    /// Files on disk that are neither what git has nor what is about to be written.
    pub(super) fn hand_edits(&self, slug: &Slug, head: &Files, new: &Files) -> Result<Vec<String>, TrailError> {
        let folder = self.features.join(slug.as_str());
        if !is_folder(&folder)? {
            // Nothing on disk: only a feature that git has can have been deleted by hand.
            return Ok(head.keys().take(20).cloned().collect());
        }
        let mut paths: BTreeSet<String> = head.keys().chain(new.keys()).cloned().collect();
        paths.extend(ROOT_FILES.iter().filter(|name| folder.join(name).exists()).map(|name| (*name).to_owned()));
        list_sources(&folder.join("src"), "src", &mut paths)?;
        let mut edited = Vec::new();
        for path in paths {
            let disk = read(&inside(&folder, &path)?)?;
            let same = |known: Option<&String>| match (&disk, known) {
                (Disk::Absent, None) => true,
                (Disk::Text(text), Some(known)) => text == known,
                _ => false,
            };
            if !same(head.get(&path)) && !same(new.get(&path)) {
                edited.push(path);
                if edited.len() == 20 {
                    break;
                }
            }
        }
        Ok(edited)
    }

    /// Makes the folder hold exactly `new` where it held `head`. A new folder appears in one rename, files of an
    /// existing one each in one.
    pub(super) fn write(&self, slug: &Slug, head: &Files, new: &Files) -> Result<(), TrailError> {
        let folder = self.features.join(slug.as_str());
        if !is_folder(&folder)? && head.is_empty() {
            return self.write_folder(slug, &folder, new);
        }
        self.refuse_hand_edits(slug, head, new)?;
        for (path, text) in new {
            let target = inside(&folder, path)?;
            if !matches!(read(&target)?, Disk::Text(present) if present == *text) {
                self.write_file(&target, text)?;
            }
        }
        let gone: Files =
            head.iter().filter(|(path, _)| !new.contains_key(*path)).map(|(path, text)| (path.clone(), text.clone())).collect();
        delete(&folder, &gone)
    }

    /// Removes what git has of a feature; other files in its folder stay.
    pub(super) fn remove(&self, slug: &Slug, head: &Files) -> Result<(), TrailError> {
        let folder = self.features.join(slug.as_str());
        if !is_folder(&folder)? {
            return Ok(());
        }
        self.refuse_hand_edits(slug, head, &Files::new())?;
        delete(&folder, head)
    }

    fn refuse_hand_edits(&self, slug: &Slug, head: &Files, new: &Files) -> Result<(), TrailError> {
        let paths = self.hand_edits(slug, head, new)?;
        if paths.is_empty() { Ok(()) } else { Err(TrailError::HandEdits { slug: slug.clone(), paths }) }
    }

    fn write_folder(&self, slug: &Slug, folder: &Path, new: &Files) -> Result<(), TrailError> {
        let fresh = self.writing.join(slug.as_str());
        match fs::remove_dir_all(&fresh) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(io(&fresh)(error)),
            _ => {}
        }
        for (path, text) in new {
            let target = inside(&fresh, path)?;
            let parent = target.parent().unwrap_or(&fresh);
            fs::create_dir_all(parent).map_err(io(parent))?;
            fs::write(&target, text).map_err(io(&target))?;
        }
        fs::rename(&fresh, folder).map_err(io(folder))
    }

    fn write_file(&self, target: &Path, text: &str) -> Result<(), TrailError> {
        let parent = target.parent().unwrap_or(target);
        fs::create_dir_all(parent).map_err(io(parent))?;
        let fresh = self.writing.join("file");
        let mut file = fs::File::create(&fresh).map_err(io(&fresh))?;
        file.write_all(text.as_bytes()).map_err(io(&fresh))?;
        fs::rename(&fresh, target).map_err(io(target))
    }
}

enum Disk {
    Absent,
    Text(String),
    /// Not UTF-8, or far too large: certainly not what git has.
    Other,
}

fn read(path: &Path) -> Result<Disk, TrailError> {
    match fs::symlink_metadata(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(Disk::Absent),
        Err(error) => return Err(io(path)(error)),
        Ok(found) if found.is_symlink() => return Err(TrailError::Link(path.to_owned())),
        Ok(found) if !found.is_file() || found.len() > MAX_FILE => return Ok(Disk::Other),
        Ok(_) => {}
    }
    let bytes = fs::read(path).map_err(io(path))?;
    Ok(String::from_utf8(bytes).map_or(Disk::Other, Disk::Text))
}

/// The path of a crate's file on disk; refuses what would leave the folder, by name or through a link.
fn inside(folder: &Path, path: &str) -> Result<PathBuf, TrailError> {
    let plain = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', '\0']);
    if path.starts_with('/') || !path.split('/').all(plain) {
        return Err(TrailError::Path(path.chars().take(200).collect()));
    }
    let mut target = folder.to_owned();
    for part in path.split('/') {
        if fs::symlink_metadata(&target).is_ok_and(|found| found.is_symlink()) {
            return Err(TrailError::Link(target));
        }
        target.push(part);
    }
    Ok(target)
}

fn is_folder(folder: &Path) -> Result<bool, TrailError> {
    match fs::symlink_metadata(folder) {
        Ok(found) if found.is_symlink() => Err(TrailError::Link(folder.to_owned())),
        Ok(found) => Ok(found.is_dir()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(io(folder)(error)),
    }
}

fn list_sources(folder: &Path, name: &str, paths: &mut BTreeSet<String>) -> Result<(), TrailError> {
    if !is_folder(folder)? {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(io(folder))?.flatten() {
        let (Ok(kind), Ok(file)) = (entry.file_type(), entry.file_name().into_string()) else { continue };
        let path = format!("{name}/{file}");
        if paths.len() >= MAX_LISTED || file.starts_with('.') {
            continue;
        }
        if kind.is_dir() {
            list_sources(&entry.path(), &path, paths)?;
        } else if file.ends_with(".rs") {
            paths.insert(path);
        }
    }
    Ok(())
}

/// Deletes files and the folders that became empty with them.
fn delete(folder: &Path, files: &Files) -> Result<(), TrailError> {
    for path in files.keys() {
        let target = inside(folder, path)?;
        match fs::remove_file(&target) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(io(&target)(error)),
            _ => {}
        }
        let mut parent = target.parent();
        while let Some(empty) = parent.filter(|parent| parent.starts_with(folder)) {
            if fs::remove_dir(empty).is_err() {
                break;
            }
            parent = empty.parent();
        }
    }
    Ok(())
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> TrailError + use<> {
    let path = path.to_owned();
    move |error| TrailError::Io { path, error }
}
