//! The moment in which this process takes over: the features' data, then the listening socket.

use super::handler::Shared;
use crate::live::MountError;
use kandra_model::Slug;
use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::sync::{mpsc::Sender, oneshot};

/// How long the process before may still hold the data: longer than control lets it drain.
const LOCK_PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks whether it still does.
const LOCK_PACE: Duration = Duration::from_millis(2);

/// Why this process does not serve.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TurnError {
    /// Two processes must never write the same databases.
    #[error("another process holds the features' databases; it has to end first")]
    Locked,
    /// The lock could not be made.
    #[error("the features' databases could not be locked: {0}")]
    Io(#[from] io::Error),
    /// The process is about to end.
    #[error("this process is about to end")]
    Ending,
}

/// Taken once; from then on the data are ours until the process ends.
pub(crate) struct Turn {
    path: PathBuf,
    start: Sender<oneshot::Sender<()>>,
}

impl Turn {
    /// `start` is told when the socket may be served, and answers when it is.
    pub fn new(features: &Path, start: Sender<oneshot::Sender<()>>) -> Self {
        Self { path: features.join(".lock"), start }
    }

    /// Waits for the data, serves what is loaded, then accepts. Answers what could not be served. Blocks.
    pub fn take(&self, shared: &Shared) -> Result<Vec<(Slug, MountError)>, TurnError> {
        if shared.data.get().is_some() {
            return Ok(Vec::new());
        }
        // Kept until the process ends: calls write until then.
        shared.data.set(self.lock()?).expect("one thread carries commands out");
        let failed = shared.live.activate();
        let (started, done) = oneshot::channel();
        self.start.blocking_send(started).map_err(|_| TurnError::Ending)?;
        done.blocking_recv().map_err(|_| TurnError::Ending)?;
        Ok(failed)
    }

    fn lock(&self) -> Result<File, TurnError> {
        let file = File::create(&self.path)?;
        let until = Instant::now() + LOCK_PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(LOCK_PACE),
                Err(TryLockError::WouldBlock) => return Err(TurnError::Locked),
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
        }
    }
}
