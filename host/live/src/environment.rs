//! What the host's services rest on: real when serving, repeatable when a candidate is tried.

use crate::{
    chain::Salt,
    http::Http,
    kv::{Checkpointer, StorageError, Store},
    live::Live,
    sockets::Sockets,
    sql::Database,
};
use kandra_model::{CallDouble, Revision, Slug, Timestamp};
use kandra_wire::ToControl;
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, OnceLock, PoisonError, Weak,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

/// Where a feature's words go: log lines and faults to the operator, events to browsers.
pub trait Outlet: Send + Sync + 'static {
    /// A log line or a fault; `false` when there was no room.
    fn report(&self, message: ToControl) -> bool;
    /// An event of a feature's topic; the data is one line of JSON. `false` when there was no room.
    fn publish(&self, feature: &Slug, topic: &str, data: &str) -> bool;
    /// A call that was not a `GET` succeeded.
    fn changed(&self, feature: &Slug);

    /// Told that a worker is in a call of this feature that nothing stops. Answers whether somebody will replace the
    /// process; if not, it is aborted.
    fn stuck(&self, feature: &Slug, revision: Revision) -> bool {
        let _ = (feature, revision);
        false
    }
}

/// An outlet that leads nowhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silence;

impl Outlet for Silence {
    fn report(&self, _: ToControl) -> bool {
        true
    }
    fn publish(&self, _: &Slug, _: &str, _: &str) -> bool {
        true
    }
    fn changed(&self, _: &Slug) {}
}

/// The clock that features see.
#[derive(Debug)]
pub(crate) enum Clock {
    /// The machine's.
    System,
    /// Begins somewhere and advances by a millisecond with every reading.
    Stepping(AtomicI64),
}

impl Clock {
    /// Milliseconds since the epoch, as the feature reads them.
    pub fn read(&self) -> i64 {
        match self {
            Self::System => Timestamp::now().millis(),
            Self::Stepping(next) => next.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// The same without advancing: for the host's own purposes.
    pub fn peek(&self) -> i64 {
        match self {
            Self::System => Timestamp::now().millis(),
            Self::Stepping(next) => next.load(Ordering::Relaxed),
        }
    }

    /// Lets time pass at once where it is not real; answers whether it did.
    pub fn skip(&self, millis: u64) -> bool {
        match self {
            Self::System => false,
            Self::Stepping(next) => {
                next.fetch_add(i64::try_from(millis).unwrap_or(i64::MAX / 4), Ordering::Relaxed);
                true
            }
        }
    }
}

/// The randomness that features see.
#[derive(Debug)]
pub(crate) enum Random {
    /// The kernel's.
    System,
    /// Repeatable (SplitMix64).
    Seeded(AtomicU64),
}

impl Random {
    /// Fills with random bytes; `false` when there are none.
    pub fn fill(&self, bytes: &mut [u8]) -> bool {
        match self {
            Self::System => getrandom::fill(bytes).is_ok(),
            Self::Seeded(state) => {
                for chunk in bytes.chunks_mut(8) {
                    let mut z = state.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed).wrapping_add(0x9E37_79B9_7F4A_7C15);
                    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                    chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
                }
                true
            }
        }
    }
}

/// Where features keep their data.
#[derive(Debug)]
pub(crate) enum Storage {
    /// A file each in this directory, and one for SQL.
    Directory { path: PathBuf, checkpointer: Arc<Checkpointer> },
    /// Gone with the process.
    Memory,
}

/// All of it.
pub(crate) struct Environment {
    pub clock: Clock,
    pub random: Random,
    pub storage: Storage,
    pub outlet: Arc<dyn Outlet>,
    /// Features' WebSockets.
    pub sockets: Sockets,
    /// Who answers outgoing calls; nobody unless it is set.
    pub http: Http,
    /// What other features answer while a candidate is tried; otherwise they answer themselves.
    pub doubles: Option<Vec<CallDouble>>,
    /// Where features call each other.
    pub live: OnceLock<Weak<Live>>,
    /// For visitors' names.
    pub salt: OnceLock<Salt>,
    /// Log lines and events that found no room.
    pub dropped: AtomicU64,
    /// One at a time opens a store, so that a file never has two.
    opening: Mutex<()>,
}

impl Environment {
    pub fn new(clock: Clock, random: Random, storage: Storage, outlet: Arc<dyn Outlet>) -> Self {
        Self {
            clock,
            random,
            storage,
            outlet,
            sockets: Sockets::default(),
            http: Http::Nobody,
            doubles: None,
            live: OnceLock::new(),
            salt: OnceLock::new(),
            dropped: AtomicU64::new(0),
            opening: Mutex::new(()),
        }
    }

    /// Opens a feature's keys and values.
    pub fn open_store(&self, slug: &Slug) -> Result<Arc<Store>, StorageError> {
        let _one = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.peek();
        match &self.storage {
            Storage::Directory { path, checkpointer } => {
                let store = Arc::new(Store::open(&path.join(format!("{slug}.db")), now)?);
                checkpointer.watch(&store);
                Ok(store)
            }
            Storage::Memory => Ok(Arc::new(Store::in_memory(now)?)),
        }
    }

    /// Opens a feature's SQL database.
    pub fn open_database(&self, slug: &Slug) -> Result<Arc<Database>, StorageError> {
        let _one = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        let (path, opened) = match &self.storage {
            Storage::Directory { path, .. } => {
                let path = path.join(format!("{slug}.sql.db"));
                let opened = Database::open(&path);
                (path.display().to_string(), opened)
            }
            Storage::Memory => (":memory:".to_owned(), Database::in_memory()),
        };
        opened.map(Arc::new).map_err(|source| StorageError { path, source })
    }

    /// Where snapshots of features' state are kept.
    pub fn state_folder(&self) -> Option<&Path> {
        match &self.storage {
            Storage::Directory { path, .. } => Some(path),
            Storage::Memory => None,
        }
    }

    /// What keeps visitors' names from being traced back; where nobody has set it, one that ends with the process.
    pub fn salt(&self) -> &Salt {
        self.salt.get_or_init(|| {
            let mut salt = Salt::default();
            // Without randomness the names can be guessed from addresses, which only a library's user would have.
            let _ = getrandom::fill(&mut salt);
            salt
        })
    }

    /// Counts what found no room.
    pub fn count_dropped(&self, sent: bool) -> bool {
        if !sent {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        sent
    }
}

/// Eight hexadecimal digits for people to quote.
pub(crate) fn short_id() -> String {
    let mut bytes = [0; 4];
    // Without randomness the ids repeat, which only makes them less useful.
    let _ = getrandom::fill(&mut bytes);
    hex::encode(bytes)
}
