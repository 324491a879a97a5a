//! Moves write-ahead logs into their databases, off the workers, because that waits for the disk.

use super::{Store, connect};
use rusqlite::Connection;
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

const PACE: Duration = Duration::from_millis(250);
/// A log of so many pages (16 MiB) is moved at once; a shorter one waits until writing pauses.
const MANY: u64 = 4_096;
/// A log of so many pages (64 MiB) is moved while its writers wait: while they write on, it never starts anew.
const MOST_PAGES: i64 = 16_384;

/// Watches every open store.
#[derive(Debug, Default)]
pub(crate) struct Checkpointer {
    stores: Mutex<Vec<Weak<Store>>>,
    ended: AtomicBool,
}

impl Checkpointer {
    /// Starts the thread; it ends when the value is dropped.
    pub fn start() -> std::io::Result<Arc<Self>> {
        let this = Arc::new(Self::default());
        let weak = Arc::downgrade(&this);
        std::thread::Builder::new().name("kandra-checkpoint".to_owned()).spawn(move || {
            let mut open: HashMap<PathBuf, (Connection, u64)> = HashMap::new();
            while let Some(this) = weak.upgrade().filter(|this| !this.ended.load(Ordering::Relaxed)) {
                this.round(&mut open);
                drop(this);
                std::thread::sleep(PACE);
            }
        })?;
        Ok(this)
    }

    /// Looks after one more.
    pub fn watch(&self, store: &Arc<Store>) {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(store));
    }

    pub(super) fn round(&self, open: &mut HashMap<PathBuf, (Connection, u64)>) {
        let stores: Vec<Arc<Store>> = {
            let mut stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
            stores.retain(|store| store.strong_count() > 0);
            stores.iter().filter_map(Weak::upgrade).collect()
        };
        open.retain(|path, _| stores.iter().any(|store| store.path() == Some(path)));
        for store in stores {
            let Some(path) = store.path() else { continue };
            let waiting = store.unchecked.load(Ordering::Relaxed);
            if waiting == 0 {
                continue;
            }
            if !open.contains_key(path) {
                match connect(path) {
                    Ok(connection) => drop(open.insert(path.to_owned(), (connection, 0))),
                    Err(error) => {
                        tracing::warn!(%error, path = %path.display(), "a checkpoint could not begin");
                        continue;
                    }
                }
            }
            let (connection, seen) = open.get_mut(path).expect("just opened");
            let paused = *seen == waiting;
            *seen = waiting;
            if !paused && waiting < MANY {
                continue;
            }
            let checkpoint = |mode: &str| {
                let pages = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
                connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], pages)
            };
            let moved = checkpoint("PASSIVE").and_then(|(in_log, moved)| match in_log {
                ..MOST_PAGES => Ok(moved >= in_log),
                _ => store.without_writers(|| checkpoint("TRUNCATE")).map(|(in_log, _)| in_log == 0),
            });
            match moved {
                Ok(true) => drop(store.unchecked.fetch_sub(waiting, Ordering::Relaxed)),
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, path = %path.display(), "a checkpoint failed"),
            }
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}
