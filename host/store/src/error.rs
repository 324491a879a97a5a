//! Why the store could not do what it was asked.

use kandra_model::{RequestState, RunState};

/// A variant exists because some caller acts differently on it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such thing, or the asker may not see it.
    #[error("there is no {0}")]
    NotFound(&'static str),
    /// The asker may not do this to it.
    #[error("{0}")]
    Forbidden(&'static str),
    /// It stands in a way that does not allow this; the sentence says what to do.
    #[error("{0}")]
    Conflict(String),
    /// A request cannot go from one state to the other.
    #[error("a request that is {} cannot become {}", from.as_str(), to.as_str())]
    RequestState {
        /// Where it stands.
        from: RequestState,
        /// Where it was to go.
        to: RequestState,
    },
    /// A run cannot go from one state to the other.
    #[error("a run that is {from:?} cannot become {to:?}")]
    RunState {
        /// Where it stands.
        from: RunState,
        /// Where it was to go.
        to: RunState,
    },
    /// A limit on waiting requests is reached; the sentence says which.
    #[error("{0}")]
    Limit(String),
    /// A cursor that this store did not hand out.
    #[error("the cursor {0:?} is not one that a list handed out; start again without it")]
    Cursor(String),
    /// The queue to the database is full: try again shortly.
    #[error("the database is busy; try again in a moment")]
    Busy,
    /// The store is closing.
    #[error("the store is closed")]
    Closed,
    /// Another process has this database open.
    #[error("another kandra process uses {0}; stop it first, or choose another --home")]
    InUse(String),
    /// A newer Kandra wrote this database.
    #[error("the database has schema {found}, this kandra knows {known}; use the newer kandra, or restore a backup")]
    Newer {
        /// In the file.
        found: u32,
        /// The newest this build knows.
        known: u32,
    },
    /// A row that this build cannot read.
    #[error("a row of {table} cannot be read: {problem}")]
    Corrupt {
        /// Which table.
        table: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// SQLite failed.
    #[error("the database failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A group of changes could not be made durable; none of them happened.
    #[error("the database could not commit: {0}")]
    Commit(String),
    /// A file could not be reached.
    #[error("{path}: {error}")]
    Io {
        /// Which.
        path: String,
        /// Why.
        error: std::io::Error,
    },
}
