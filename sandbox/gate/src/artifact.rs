//! What passed every gate: an immutable file named by its SHA-256, and what is known of it.

use crate::{GateConfig, GateError, Source, Workshop, build, inspect};
use kandra_model::{ArtifactHash, Contract, Finding, Presentation, RouteSpec, Slug, SourceHash, Tier};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeSet,
    fmt, fs,
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

/// Hash of everything that decides an artifact's bytes: source, SDK, lock, rustc, flags, tier.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ArtifactKey(String);

impl ArtifactKey {
    /// 64 lower-case hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ArtifactKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A library that passed every gate. Only the probe makes one.
#[derive(Clone, Debug)]
pub struct Artifact {
    pub(crate) hash: ArtifactHash,
    pub(crate) path: PathBuf,
    pub(crate) key: ArtifactKey,
    pub(crate) source: Source,
    pub(crate) source_hash: SourceHash,
    pub(crate) slug: Slug,
    pub(crate) tier: Tier,
    pub(crate) routes: Vec<RouteSpec>,
    pub(crate) presentation: Presentation,
    pub(crate) contract: Contract,
    pub(crate) warnings: Vec<Finding>,
}

impl Artifact {
    /// SHA-256 of its bytes; its file name.
    pub fn hash(&self) -> &ArtifactHash {
        &self.hash
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it was made from and with.
    pub fn key(&self) -> &ArtifactKey {
        &self.key
    }

    /// The source it was built from, as accepted.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// SHA-256 of the canonical source.
    pub fn source_hash(&self) -> &SourceHash {
        &self.source_hash
    }

    /// Its feature.
    pub fn slug(&self) -> &Slug {
        &self.slug
    }

    /// How it was built.
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// What it mounts, as the probe saw it.
    pub fn routes(&self) -> &[RouteSpec] {
        &self.routes
    }

    /// What the manifest says for people; `widget` as the probe saw it.
    pub fn presentation(&self) -> &Presentation {
        &self.presentation
    }

    /// Its contract, which it kept.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// What its author should know.
    pub fn warnings(&self) -> &[Finding] {
        &self.warnings
    }
}

/// Whether an artifact can be used as it lies there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// There, with the bytes its name says.
    Intact(PathBuf),
    /// Not there.
    Absent,
    /// There, with other bytes; it was moved aside.
    Damaged,
}

/// What a collection removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Artifacts removed.
    pub artifacts: u32,
    /// Build directories removed.
    pub builds: u32,
    /// Bytes given back.
    pub bytes: u64,
}

pub(crate) fn key(workshop: &Workshop, source: &Source, tier: Tier) -> ArtifactKey {
    let mut hash = Sha256::new();
    for part in [workshop.key().as_bytes(), tier.as_str().as_bytes(), &source.canonical()] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    ArtifactKey(hex::encode(hash.finalize()))
}

/// Writes an artifact once: whole, durable, read-only, under its hash, or not at all.
pub(crate) fn write(artifacts: &Path, hash: &ArtifactHash, bytes: &[u8]) -> Result<PathBuf, GateError> {
    if let Presence::Intact(path) = presence(artifacts, hash)? {
        return Ok(path);
    }
    let path = artifacts.join(hash.as_str());
    let write = || -> io::Result<()> {
        fs::create_dir_all(artifacts)?;
        let mut file = tempfile::Builder::new().prefix(TEMPORARY).permissions(fs::Permissions::from_mode(0o444)).tempfile_in(artifacts)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|e| e.error)?;
        fs::File::open(artifacts)?.sync_all()
    };
    write().map_err(GateError::io(format!("could not write {}", path.display())))?;
    Ok(path)
}

const TEMPORARY: &str = ".new-";
const DAMAGED: &str = ".damaged-";

/// Looks for an artifact and at its bytes; one whose bytes are wrong is moved aside.
pub(crate) fn presence(artifacts: &Path, hash: &ArtifactHash) -> Result<Presence, GateError> {
    let path = artifacts.join(hash.as_str());
    let unreadable = |e| GateError::io(format!("could not read {}", path.display()))(e);
    match fs::symlink_metadata(&path) {
        // A link would be followed by us and not by live, and lead to what others write.
        Ok(found) if found.is_file() => {
            if inspect::hash(&fs::read(&path).map_err(unreadable)?) == *hash {
                return Ok(Presence::Intact(path));
            }
        }
        Ok(_) => {}
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Presence::Absent),
        Err(e) => return Err(unreadable(e)),
    }
    let aside = artifacts.join(format!("{DAMAGED}{hash}"));
    fs::rename(&path, &aside).map_err(GateError::io(format!("could not move {} aside", path.display())))?;
    Ok(Presence::Damaged)
}

/// Rooms that were not used for this long are removed.
const ROOM_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);
/// A temporary file of a process that died.
const TEMPORARY_LIFE: Duration = Duration::from_secs(3600);

pub(crate) fn collect(config: &GateConfig, keep: &BTreeSet<ArtifactHash>) -> Result<Collected, GateError> {
    let mut collected = Collected::default();
    for entry in entries(&config.artifacts)? {
        let (name, path) = (entry.file_name(), entry.path());
        let Ok(metadata) = entry.metadata() else { continue };
        let name = name.to_string_lossy();
        let unwanted = match name.parse::<ArtifactHash>() {
            Ok(hash) => !keep.contains(&hash),
            Err(_) => name.starts_with(DAMAGED) || (name.starts_with(TEMPORARY) && older(&metadata, TEMPORARY_LIFE)),
        };
        if unwanted && metadata.is_file() && fs::remove_file(&path).is_ok() {
            collected.artifacts += 1;
            collected.bytes += metadata.len();
        }
    }
    for entry in entries(&config.scratch.join(build::ROOMS))? {
        let Ok(lock) = fs::File::open(entry.path().join("lock")) else { continue };
        let idle = lock.metadata().is_ok_and(|metadata| older(&metadata, ROOM_LIFE)) && lock.try_lock().is_ok();
        if idle && fs::remove_dir_all(entry.path()).is_ok() {
            collected.builds += 1;
        }
    }
    for entry in entries(&config.scratch)? {
        let stale = entry.file_name().to_string_lossy().starts_with("probe-")
            && entry.metadata().is_ok_and(|metadata| older(&metadata, TEMPORARY_LIFE));
        if stale {
            // What is left is tried again at the next collection.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    Ok(collected)
}

/// Removes what a process that died while it wrote artifacts has left. The caller is the only one who writes there.
pub fn clear_unfinished(artifacts: &Path) -> Result<(), GateError> {
    for entry in entries(artifacts)? {
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            fs::remove_file(entry.path()).map_err(GateError::io(format!("could not remove {}", entry.path().display())))?;
        }
    }
    Ok(())
}

fn entries(directory: &Path) -> Result<Vec<fs::DirEntry>, GateError> {
    match fs::read_dir(directory) {
        Ok(entries) => Ok(entries.flatten().collect()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(GateError::io(format!("could not list {}", directory.display()))(e)),
    }
}

fn older(metadata: &fs::Metadata, age: Duration) -> bool {
    metadata.modified().ok().and_then(|at| at.elapsed().ok()).is_some_and(|found| found > age)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MissingLayers;

    fn files(directory: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(directory).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn an_artifact_is_written_whole_and_read_only() {
        let place = tempfile::tempdir().unwrap();
        let hash = inspect::hash(b"library");
        let path = write(place.path(), &hash, b"library").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o444);
        assert_eq!(write(place.path(), &hash, b"library").unwrap(), path, "once more changes nothing");
        assert_eq!(files(place.path()), [hash.as_str()], "no temporary file stays");
    }

    #[test]
    fn changed_bytes_are_noticed_and_moved_aside() {
        let place = tempfile::tempdir().unwrap();
        let hash = inspect::hash(b"library");
        assert_eq!(presence(place.path(), &hash).unwrap(), Presence::Absent);
        let path = write(place.path(), &hash, b"library").unwrap();
        fs::remove_file(&path).unwrap();
        fs::write(&path, b"something else").unwrap();
        assert_eq!(presence(place.path(), &hash).unwrap(), Presence::Damaged);
        assert_eq!(presence(place.path(), &hash).unwrap(), Presence::Absent);
        assert_eq!(write(place.path(), &hash, b"library").unwrap(), path);
        assert_eq!(presence(place.path(), &hash).unwrap(), Presence::Intact(path));
    }

    #[test]
    fn a_link_is_no_artifact() {
        let place = tempfile::tempdir().unwrap();
        let artifacts = place.path().join("artifacts");
        let hash = inspect::hash(b"library");
        let path = write(&artifacts, &hash, b"library").unwrap();
        let elsewhere = place.path().join("elsewhere");
        fs::rename(&path, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
        assert_eq!(presence(&artifacts, &hash).unwrap(), Presence::Damaged, "the bytes are right, the file is not ours");
        assert_eq!(write(&artifacts, &hash, b"library").unwrap(), path);
        assert!(fs::symlink_metadata(&path).unwrap().is_file());
        assert_eq!(fs::read(&elsewhere).unwrap(), b"library", "nothing was written through the link");
    }

    #[test]
    fn who_writes_through_another_name_is_noticed() {
        let place = tempfile::tempdir().unwrap();
        let hash = inspect::hash(b"library");
        let path = write(place.path(), &hash, b"library").unwrap();
        let other = place.path().join("hard-link");
        fs::hard_link(&path, &other).unwrap();
        fs::set_permissions(&other, fs::Permissions::from_mode(0o644)).unwrap();
        fs::write(&other, b"planted").unwrap();
        assert_eq!(presence(place.path(), &hash).unwrap(), Presence::Damaged);
    }

    #[test]
    fn a_collection_keeps_what_it_is_told_and_what_is_not_ours() {
        let place = tempfile::tempdir().unwrap();
        let config = GateConfig {
            exe: "/nowhere".into(),
            artifacts: place.path().join("a"),
            scratch: place.path().join("s"),
            missing_layers: MissingLayers::Refuse,
        };
        assert_eq!(collect(&config, &BTreeSet::new()).unwrap(), Collected::default(), "nothing there yet");
        let [kept, dropped] = [&b"kept"[..], b"dropped"].map(|bytes| {
            let hash = inspect::hash(bytes);
            write(&config.artifacts, &hash, bytes).unwrap();
            hash
        });
        fs::write(config.artifacts.join("README"), "").unwrap();
        fs::write(config.artifacts.join(".new-x"), "being written").unwrap();
        for (room, age) in [("old", 8), ("new", 6)] {
            fs::create_dir_all(config.scratch.join("build").join(room)).unwrap();
            let lock = fs::File::create(config.scratch.join("build").join(room).join("lock")).unwrap();
            lock.set_modified(std::time::SystemTime::now() - Duration::from_secs(age * 24 * 3600)).unwrap();
        }
        let collected = collect(&config, &BTreeSet::from([kept.clone()])).unwrap();
        assert_eq!(collected, Collected { artifacts: 1, builds: 1, bytes: 7 });
        assert_eq!(
            files(&config.artifacts),
            [".new-x".to_owned(), kept.to_string(), "README".to_owned()]
                .into_iter()
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect::<Vec<_>>()
        );
        assert_eq!(files(&config.scratch.join("build")), ["new"]);
        assert_eq!(presence(&config.artifacts, &dropped).unwrap(), Presence::Absent);
    }

    #[test]
    fn what_was_being_written_when_a_process_died_is_cleared() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".new-x"), "being written").unwrap();
        let kept = write(folder.path(), &inspect::hash(b"whole"), b"whole").unwrap();
        clear_unfinished(folder.path()).unwrap();
        assert_eq!(files(folder.path()), [kept.file_name().unwrap().to_str().unwrap()]);
        clear_unfinished(&folder.path().join("missing")).unwrap();
    }
}
