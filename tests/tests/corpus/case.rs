//! An attack or an ordinary feature as data: a folder arrives; a directory leaves that is what its author would send.
//!
//! An attack's folder says in `attack.toml` which gate must stop it, with which finding, and what it would do. Beside that
//! stands only what differs from the base, the smallest feature that passes: `add.rs` is appended to `src/lib.rs`, files
//! under `src/` and a `contract.toml` replace the base's, and what git cannot hold is made from `[[make]]`.

use anyhow::{Context, Result, bail, ensure};
use kandra_gate::Files;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt, fs::symlink, net::UnixListener},
    path::{Path, PathBuf},
};

const BASE: [(&str, &str); 3] = [
    ("Cargo.toml", include_str!("base/Cargo.toml")),
    ("contract.toml", include_str!("base/contract.toml")),
    ("src/lib.rs", include_str!("base/lib.rs")),
];

/// What `attack.toml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attack {
    /// The gate that must stop it: a stage's name.
    pub gate: String,
    /// The code that one of its findings must have.
    pub code: String,
    /// Other codes, where the machine decides which limit is met first.
    #[serde(default)]
    pub also: Vec<String>,
    /// What it would do, in one sentence.
    pub does: String,
    /// It ends at a limit of several seconds, or is a disguise of one that is tried each time: tried only when asked for.
    #[serde(default)]
    pub slow: bool,
    #[serde(default)]
    edit: Vec<Edit>,
    #[serde(default)]
    make: Vec<Make>,
}

/// A change of one of the base's files.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    path: String,
    /// What is replaced, everywhere; without it `with` is appended.
    find: Option<String>,
    with: String,
}

/// Something that a folder in git cannot be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Make {
    path: String,
    /// The path's bytes in hexadecimal instead, for a name that is no text.
    path_hex: Option<String>,
    text: Option<String>,
    /// How often the text stands there, and which text ends it.
    times: Option<usize>,
    end: Option<String>,
    /// Texts, each with how often it stands there.
    parts: Option<Vec<(String, usize)>>,
    hex: Option<String>,
    link: Option<String>,
    #[serde(default)]
    fifo: bool,
    #[serde(default)]
    socket: bool,
    #[serde(default)]
    device: bool,
    /// That many files, numbered.
    files: Option<usize>,
    /// Sent as a path of a submission, which need not be one that a disk can hold.
    #[serde(default)]
    sent: bool,
}

/// Something to be judged.
pub struct Case {
    pub name: String,
    /// `None`: an ordinary feature.
    pub attack: Option<Attack>,
    pub directory: PathBuf,
    /// Paths of a submission that are not on the disk.
    pub sent: Files,
}

/// Every folder under `from`, made in `to`.
pub fn all(from: &Path, to: &Path) -> Result<Vec<Case>> {
    let mut folders: Vec<PathBuf> = fs::read_dir(from)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders.iter().map(|folder| case(folder, to).with_context(|| folder.display().to_string())).collect()
}

fn case(folder: &Path, to: &Path) -> Result<Case> {
    let name = folder.file_name().and_then(OsStr::to_str).context("a name")?.to_owned();
    let directory = to.join(&name);
    let said = folder.join("attack.toml");
    if !said.exists() {
        copy(folder, &directory)?;
        return Ok(Case { name, attack: None, directory, sent: Files::new() });
    }
    let attack: Attack = toml::from_str(&fs::read_to_string(said)?)?;
    let mut files: BTreeMap<String, String> = BASE.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
    read(folder, "", &mut files)?;
    files.remove("attack.toml");
    if let Some(added) = files.remove("add.rs") {
        files.get_mut("src/lib.rs").context("src/lib.rs")?.push_str(&added);
    }
    for edit in &attack.edit {
        let text = files.get_mut(&edit.path).with_context(|| format!("no file {}", edit.path))?;
        match &edit.find {
            Some(find) => {
                ensure!(text.contains(find), "{} has no {find:?}", edit.path);
                *text = text.replace(find, &edit.with);
            }
            None => text.push_str(&edit.with),
        }
    }
    for (path, text) in &files {
        write(&directory.join(path), text.replace("kandra-feature-SLUG", &format!("kandra-feature-{name}")).as_bytes())?;
    }
    let mut sent = Files::new();
    for made in &attack.make {
        make(made, &directory, &mut sent)?;
    }
    Ok(Case { name, attack: Some(attack), directory, sent })
}

fn make(made: &Make, directory: &Path, sent: &mut Files) -> Result<()> {
    let path = match &made.path_hex {
        Some(bytes) => directory.join(OsStr::from_bytes(&hex::decode(bytes)?)),
        None => directory.join(&made.path),
    };
    let mut bytes = match (&made.text, &made.hex) {
        (Some(text), _) => text.repeat(made.times.unwrap_or(1)).into_bytes(),
        (None, Some(bytes)) => hex::decode(bytes)?,
        (None, None) => Vec::new(),
    };
    for (text, times) in made.parts.iter().flatten() {
        bytes.extend_from_slice(text.repeat(*times).as_bytes());
    }
    bytes.extend_from_slice(made.end.as_deref().unwrap_or_default().as_bytes());
    if made.sent {
        sent.insert(made.path.clone(), bytes);
        return Ok(());
    }
    if let Some(count) = made.files {
        return (0..count).try_for_each(|i| write(&directory.join(made.path.replace('#', &i.to_string())), &bytes));
    }
    fs::create_dir_all(path.parent().context("a folder")?)?;
    if path.is_file() {
        fs::remove_file(&path)?;
    }
    if let Some(target) = &made.link {
        symlink(target, path)?;
    } else if made.fifo {
        mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
    } else if made.device {
        // Only root may; for anybody else a pipe stands in its place.
        mknodat(CWD, &path, FileType::CharacterDevice, Mode::RUSR, rustix::fs::makedev(1, 3))
            .or_else(|_| mknodat(CWD, &path, FileType::Fifo, Mode::RUSR, 0))?;
    } else if made.socket {
        drop(UnixListener::bind(path)?);
    } else if made.text.is_some() || made.hex.is_some() || made.parts.is_some() {
        write(&path, &bytes)?;
    } else {
        bail!("{} is made of nothing", made.path);
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::create_dir_all(path.parent().context("a folder")?)?;
    Ok(fs::write(path, bytes)?)
}

fn read(folder: &Path, prefix: &str, into: &mut BTreeMap<String, String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = format!("{prefix}{}", path.file_name().and_then(OsStr::to_str).context("a name")?);
        if path.is_dir() {
            read(&path, &format!("{name}/"), into)?;
        } else {
            into.insert(name, fs::read_to_string(path)?);
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut files = BTreeMap::new();
    read(from, "", &mut files)?;
    files.iter().try_for_each(|(path, text)| write(&to.join(path), text.as_bytes()))
}
