//! The git trail: every revision's source as one commit, in a git directory outside the tree it describes.
//!
//! The git directory is `world.git`, the work tree `world`. Commits are made without the index, from objects and one
//! reference update, so that a process killed at any instant leaves either the whole commit or nothing of it. The
//! work tree is written before the commit, file by file through a rename, and never over a hand edit that git does
//! not have. All of it happens on one thread of its own: git blocks.

mod diff;
mod log;
mod repository;
mod worktree;

pub use diff::{ChangeKind, FileChange, SourceDiff};
pub use log::{Action, Logged};

use crate::thread::{Pool, Unavailable};
use kandra_model::{Revision, RevisionRecord, RunId, Slug};
use repository::Repository;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Path inside a crate, such as `src/lib.rs`, to text.
pub type Files = BTreeMap<String, String>;

/// Why the trail could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum TrailError {
    /// The work tree holds changes that git does not have; they are not overwritten.
    #[error("{slug} has changes on disk that are not part of any revision: {}; save or undo them first", paths.join(", "))]
    HandEdits {
        /// The feature.
        slug: Slug,
        /// The files, at most 20.
        paths: Vec<String>,
    },
    /// There is no such commit, or it does not hold the feature.
    #[error("the commit {0:?} is not in the trail, or does not hold this feature")]
    NoCommit(String),
    /// A path that must not be written.
    #[error("{0:?} is not a path inside a crate")]
    Path(String),
    /// The feature's folder on disk holds a link where a file or folder should be.
    #[error("{0} is a link; replace it by what it points to")]
    Link(PathBuf),
    /// A trailer that this build cannot read.
    #[error("the commit {commit} has an unreadable record: {problem}")]
    Record {
        /// The commit.
        commit: String,
        /// Why.
        problem: String,
    },
    /// Git failed.
    #[error("git: {0}")]
    Git(#[from] git2::Error),
    /// A file could not be read or written.
    #[error("{path}: {error}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The queue is full: try again shortly.
    #[error("the trail is busy; try again in a moment")]
    Busy,
    /// The trail is closing.
    #[error("the trail is closed")]
    Closed,
}

/// Whose name a commit bears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitAuthor {
    /// Such as `Kandra`.
    pub name: String,
    /// Such as `kandra@localhost`.
    pub email: String,
}

/// Where the trail is.
#[derive(Clone, Debug)]
pub struct TrailOptions {
    /// The git directory, `world.git`.
    pub git_dir: PathBuf,
    /// The work tree, `world`, on the same filesystem.
    pub work_tree: PathBuf,
    /// The committer, and the author where a commit names none.
    pub committer: CommitAuthor,
}

/// A revision to be saved.
#[derive(Clone, Debug)]
pub struct Saved {
    /// What kandra.db will say of it; `commit` is filled in by saving.
    pub record: RevisionRecord,
    /// Its whole source.
    pub files: Files,
    /// Its author, when not the committer.
    pub author: Option<CommitAuthor>,
}

/// A feature to be taken out of the tree.
#[derive(Clone, Debug)]
pub struct Removal {
    /// The feature.
    pub feature: Slug,
    /// The run that removes it, if one does.
    pub run: Option<RunId>,
    /// One line that says why.
    pub message: String,
}

/// The git trail; clones share it.
#[derive(Clone)]
pub struct Trail {
    thread: Arc<Pool<Repository>>,
}

const QUEUE: usize = 256;

impl Trail {
    /// Opens or makes the git directory. Only control, which holds the store's lock, may: lock files found here are
    /// left over from a process that was killed, and are removed. Blocks for some milliseconds.
    pub fn open(options: TrailOptions) -> Result<Self, TrailError> {
        let path = options.git_dir.clone();
        let repository = Repository::open(options)?;
        let thread = Pool::start("kandra-trail", vec![repository], QUEUE).map_err(|error| TrailError::Io { path, error })?;
        Ok(Self { thread: Arc::new(thread) })
    }

    /// Writes a revision into the work tree and commits it. Answers with the record, its commit filled in. Saving the
    /// same run's same source again answers with the commit that is there.
    pub async fn save(&self, saved: Saved) -> Result<RevisionRecord, TrailError> {
        self.run(move |repository| repository.save(saved)).await
    }

    /// Takes a feature's source out of the work tree and commits that.
    pub async fn remove(&self, removal: Removal) -> Result<String, TrailError> {
        self.run(move |repository| repository.remove(&removal)).await
    }

    /// Puts an earlier revision's source back into the work tree and commits that; it makes no new revision.
    pub async fn restore(&self, feature: &Slug, revision: Revision, commit: &str) -> Result<String, TrailError> {
        let (feature, commit) = (feature.clone(), commit.to_owned());
        self.run(move |repository| repository.restore(&feature, revision, &commit)).await
    }

    /// A feature's source at a commit.
    pub async fn files(&self, feature: &Slug, commit: &str) -> Result<Files, TrailError> {
        let (feature, commit) = (feature.clone(), commit.to_owned());
        self.run(move |repository| repository.files(&feature, &commit)).await
    }

    /// What changed in a feature from one commit to another; from nothing when `from` is `None`.
    pub async fn diff(&self, feature: &Slug, from: Option<String>, to: &str) -> Result<SourceDiff, TrailError> {
        let (feature, to) = (feature.clone(), to.to_owned());
        self.run(move |repository| {
            let old = from.map(|from| repository.files(&feature, &from)).transpose()?.unwrap_or_default();
            Ok(SourceDiff::between(&old, &repository.files(&feature, &to)?))
        })
        .await
    }

    /// The files of a feature on disk that differ from git's newest commit; empty when all is saved.
    pub async fn hand_edits(&self, feature: &Slug) -> Result<Vec<String>, TrailError> {
        let feature = feature.clone();
        self.run(move |repository| repository.hand_edits(&feature)).await
    }

    /// The newest commits, newest first, of one feature or of all; at most `limit` (1,000).
    pub async fn log(&self, feature: Option<Slug>, limit: usize) -> Result<Vec<Logged>, TrailError> {
        self.run(move |repository| repository.log(feature.as_ref(), limit.clamp(1, 1_000))).await
    }

    /// Every revision that git holds, oldest first, from its trailers: what kandra.db is reconciled with.
    pub async fn revisions(&self) -> Result<Vec<RevisionRecord>, TrailError> {
        self.run(|repository| repository.revisions()).await
    }

    /// The revision that a run committed, if it did.
    pub async fn revision_of_run(&self, run: RunId) -> Result<Option<RevisionRecord>, TrailError> {
        self.run(move |repository| repository.revision_of_run(run)).await
    }

    /// The newest commit.
    pub async fn head(&self) -> Result<Option<String>, TrailError> {
        self.run(|repository| Ok(repository.head()?.map(|commit| commit.id().to_string()))).await
    }

    /// Takes no more work, finishes what waits. Blocks; idempotent.
    pub fn close(&self) {
        self.thread.close();
    }

    async fn run<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Repository) -> Result<R, TrailError> + Send + 'static,
    ) -> Result<R, TrailError> {
        self.thread.run(job).await.map_err(|unavailable| match unavailable {
            Unavailable::Busy => TrailError::Busy,
            Unavailable::Closed => TrailError::Closed,
        })?
    }
}
