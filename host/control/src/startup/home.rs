//! The directories of a home (DESIGN, section 7).

use super::StartError;
use std::{
    fs::{DirBuilder, File, TryLockError},
    io::{Read, Seek, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// The paths of a home; they exist once it was opened.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    root: PathBuf,
    crates_were_missing: bool,
}

/// Held while a server runs. The kernel lets go when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct HomeLock {
    _file: File,
}

impl Home {
    /// Makes what is missing, for this user only, and takes the lock. A server that was just killed may need a moment
    /// to let go. Blocks.
    pub(crate) fn open(root: &Path) -> Result<(Self, HomeLock), StartError> {
        Self::open_within(root, Duration::from_secs(3))
    }

    fn open_within(root: &Path, patience: Duration) -> Result<(Self, HomeLock), StartError> {
        make(root)?;
        let root = root.canonicalize().map_err(StartError::home("cannot find", root))?;
        let mut home = Self { root, crates_were_missing: false };
        home.crates_were_missing = !home.crates().exists();
        for path in [home.run(), home.features(), home.artifacts(), home.crates(), home.site(), home.logs(), home.backups(), home.scratch()]
        {
            make(&path)?;
        }
        let lock = home.lock(Instant::now() + patience)?;
        if let Err(error) = kandra_gate::clear_unfinished(&home.artifacts()) {
            tracing::warn!(%error, "what an earlier process left unfinished stays");
        }
        Ok((home, lock))
    }

    fn lock(&self, until: Instant) -> Result<HomeLock, StartError> {
        let path = self.run().join("lock");
        let failed = StartError::home("cannot lock", &path);
        let mut options = File::options();
        options.create(true).truncate(false).read(true).write(true).mode(0o600);
        let mut file = match options.open(&path) {
            Ok(file) => file,
            Err(error) => return Err(failed(error)),
        };
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(Duration::from_millis(20)),
                Err(TryLockError::WouldBlock) => {
                    let mut text = String::new();
                    // Only decorates the message.
                    let _ = file.take(20).read_to_string(&mut text);
                    return Err(StartError::InUse { path: self.root.clone(), pid: text.trim().parse().unwrap_or(0) });
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
        let written = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
        written.map_err(failed)?;
        Ok(HomeLock { _file: file })
    }

    /// The home itself, absolute.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// `kandra.db`.
    pub(crate) fn database(&self) -> PathBuf {
        self.root.join("kandra.db")
    }

    /// The features' databases; live's.
    pub(crate) fn features(&self) -> PathBuf {
        self.root.join("features")
    }

    /// The libraries.
    pub(crate) fn artifacts(&self) -> PathBuf {
        self.root.join("artifacts")
    }

    /// The git directory.
    pub(crate) fn git(&self) -> PathBuf {
        self.root.join("world.git")
    }

    /// The features' sources: one folder each.
    pub(crate) fn crates(&self) -> PathBuf {
        self.root.join("world").join("features")
    }

    /// Whether the folder of sources was not there when the home was opened: it is new, was lost, or was left out of a
    /// backup. That all features were deleted one by one it does not say.
    pub(crate) fn crates_were_missing(&self) -> bool {
        self.crates_were_missing
    }

    /// The world's pages.
    pub(crate) fn site(&self) -> PathBuf {
        self.root.join("world").join("site")
    }

    /// The features' logs.
    pub(crate) fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    /// Tokens, keys and the published addresses.
    pub(crate) fn run(&self) -> PathBuf {
        self.root.join("run")
    }

    /// Snapshots.
    pub(crate) fn backups(&self) -> PathBuf {
        self.root.join("backups")
    }

    /// Where the gates work; on the artifacts' file system, so that a rename is atomic.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.root.join("run").join("scratch")
    }
}

fn make(path: &Path) -> Result<(), StartError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(StartError::home("cannot make the directory", path))
}

#[cfg(test)]
mod tests {
    use super::{Home, StartError};
    use std::time::Duration;

    #[test]
    fn one_server_for_one_home() {
        let folder = tempfile::tempdir().unwrap();
        let (home, lock) = Home::open(&folder.path().join("home")).unwrap();
        assert!(home.crates().is_dir() && home.artifacts().is_dir());
        match Home::open_within(home.root(), Duration::ZERO) {
            Err(StartError::InUse { pid, .. }) => assert_eq!(pid, std::process::id()),
            other => panic!("{other:?}"),
        }
        drop(lock);
        Home::open(home.root()).unwrap();
    }
}
