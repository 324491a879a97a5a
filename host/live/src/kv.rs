//! A feature's durable keys and values: one SQLite file, read through memory.
//!
//! A write is committed to the write-ahead log (which survives the death of this process) before it is acknowledged;
//! then it is put into the resident copy, under the same lock. While everything fits into [`RESIDENT_BYTES`] reads never
//! touch SQLite. Checkpoints, which wait for the disk, run on [`checkpoint`]'s thread.

mod checkpoint;

pub(crate) use checkpoint::Checkpointer;

use kandra_abi::Status;
use rusqlite::{Connection, OptionalExtension, params};
use std::{
    collections::BTreeMap,
    ops::Bound,
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// The longest key, bytes.
pub(crate) const MOST_KEY: usize = 512;
/// The longest value, bytes.
pub(crate) const MOST_VALUE: usize = 256 << 10;
/// The most entries of one listing.
const MOST_LISTED: usize = 1_000;
/// The most bytes of one listing.
const MOST_LISTED_BYTES: usize = 4 << 20;
/// Up to this size all entries are kept in memory.
const RESIDENT_BYTES: u64 = 4 << 20;
/// What an entry counts besides its key and value.
const ENTRY_OVERHEAD: u64 = 64;
/// Expired entries are swept after so many writes.
const SWEEP_EVERY: u64 = 512;

/// Why a feature's database could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("the feature's database {path} cannot be opened: {source}")]
pub(crate) struct StorageError {
    pub path: String,
    pub source: rusqlite::Error,
}

#[derive(Clone, Debug)]
struct Entry {
    value: Box<[u8]>,
    /// Milliseconds since the epoch; 0 for never.
    expires: i64,
}

impl Entry {
    fn lives(&self, now: i64) -> bool {
        self.expires == 0 || self.expires > now
    }

    fn bytes(&self, key: &str) -> u64 {
        size(key, self.value.len())
    }
}

fn size(key: &str, value: usize) -> u64 {
    (key.len() + value) as u64 + ENTRY_OVERHEAD
}

/// A feature's keys and values.
#[derive(Debug)]
pub(crate) struct Store {
    file: Mutex<Database>,
    /// Everything, or `None` when it is too much.
    resident: RwLock<Option<BTreeMap<String, Entry>>>,
    path: Option<PathBuf>,
    /// About how many pages were written to the log since the last checkpoint.
    pub(crate) unchecked: AtomicU64,
}

#[derive(Debug)]
struct Database {
    connection: Connection,
    bytes: u64,
    writes: u64,
}

impl Store {
    /// Opens or makes the file.
    pub fn open(path: &Path, now: i64) -> Result<Self, StorageError> {
        let failed = |source| StorageError { path: path.display().to_string(), source };
        let connection = connect(path).map_err(failed)?;
        Self::with(connection, Some(path.to_owned()), now).map_err(failed)
    }

    /// One that is gone with its value: for the probe.
    pub fn in_memory(now: i64) -> Result<Self, StorageError> {
        let failed = |source| StorageError { path: ":memory:".to_owned(), source };
        let connection = Connection::open_in_memory().map_err(failed)?;
        Self::with(connection, None, now).map_err(failed)
    }

    fn with(connection: Connection, path: Option<PathBuf>, now: i64) -> rusqlite::Result<Self> {
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS kv (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL, expires INTEGER NOT NULL DEFAULT 0);
             CREATE INDEX IF NOT EXISTS kv_expires ON kv (expires) WHERE expires > 0;
             PRAGMA user_version = 1;",
        )?;
        connection.execute("DELETE FROM kv WHERE expires > 0 AND expires <= ?1", [now])?;
        let bytes: i64 = connection.query_row(
            "SELECT coalesce(sum(length(CAST(key AS BLOB)) + length(value) + ?1), 0) FROM kv",
            [ENTRY_OVERHEAD as i64],
            |row| row.get(0),
        )?;
        let bytes = bytes.unsigned_abs();
        let resident = if bytes <= RESIDENT_BYTES { Some(load_all(&connection)?) } else { None };
        Ok(Self {
            file: Mutex::new(Database { connection, bytes, writes: 0 }),
            resident: RwLock::new(resident),
            path,
            unchecked: AtomicU64::new(0),
        })
    }

    /// Its file.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Reads a key.
    pub fn get<T>(&self, key: &str, now: i64, found: impl FnOnce(&[u8]) -> T) -> Result<T, Status> {
        check_key(key)?;
        if let Some(resident) = &*self.resident.read().unwrap_or_else(PoisonError::into_inner) {
            let entry = resident.get(key).filter(|entry| entry.lives(now)).ok_or(Status::NOT_FOUND)?;
            return Ok(found(&entry.value));
        }
        let entry = self.file().read(key)?.filter(|entry| entry.lives(now)).ok_or(Status::NOT_FOUND)?;
        Ok(found(&entry.value))
    }

    /// Writes a key that lives for `ttl_ms`, 0 for ever.
    pub fn set(&self, key: &str, value: &[u8], ttl_ms: u64, quota: u64, now: i64) -> Result<(), Status> {
        check_key(key)?;
        let expires = match i64::try_from(ttl_ms) {
            Ok(0) => 0,
            Ok(ttl) => now.saturating_add(ttl),
            Err(_) => i64::MAX,
        };
        let mut file = self.file();
        self.write(&mut file, key, value, expires, quota, now)
    }

    /// Deletes a key.
    pub fn delete(&self, key: &str, now: i64) -> Result<(), Status> {
        check_key(key)?;
        let mut file = self.file();
        let Some(old) = self.current(&file, key)? else { return Err(Status::NOT_FOUND) };
        file.execute("DELETE FROM kv WHERE key = ?1", params![key])?;
        file.bytes = file.bytes.saturating_sub(old.bytes(key));
        self.committed(0);
        if let Some(resident) = &mut *self.resident.write().unwrap_or_else(PoisonError::into_inner) {
            resident.remove(key);
        }
        if old.lives(now) { Ok(()) } else { Err(Status::NOT_FOUND) }
    }

    /// Adds to a decimal number; absent counts as 0. What expires keeps its expiry.
    pub fn increment(&self, key: &str, by: i64, quota: u64, now: i64) -> Result<i64, Status> {
        check_key(key)?;
        let mut file = self.file();
        let current = self.current(&file, key)?.filter(|entry| entry.lives(now));
        let (number, expires) = match &current {
            None => (0, 0),
            Some(entry) => {
                let text = std::str::from_utf8(&entry.value).map_err(|_| Status::CONFLICT)?;
                (text.trim().parse::<i64>().map_err(|_| Status::CONFLICT)?, entry.expires)
            }
        };
        let sum = number.checked_add(by).ok_or(Status::CONFLICT)?;
        self.write(&mut file, key, sum.to_string().as_bytes(), expires, quota, now)?;
        Ok(sum)
    }

    /// Writes a key only if it holds what is expected.
    pub fn compare_and_set(&self, key: &str, expected: Option<&[u8]>, value: &[u8], quota: u64, now: i64) -> Result<(), Status> {
        check_key(key)?;
        let mut file = self.file();
        let current = self.current(&file, key)?.filter(|entry| entry.lives(now));
        if current.as_ref().map(|entry| &*entry.value) != expected {
            return Err(Status::CONFLICT);
        }
        let expires = current.map_or(0, |entry| entry.expires);
        self.write(&mut file, key, value, expires, quota, now)
    }

    /// Entries whose key begins with `prefix` and lies after `after`, in order; what is too much is left for the next.
    pub fn list(&self, prefix: &str, after: &str, limit: u32, now: i64) -> Result<Vec<(String, Vec<u8>)>, Status> {
        if prefix.len() > MOST_KEY || after.len() > MOST_KEY {
            return Err(Status::TOO_LARGE);
        }
        let limit = (limit as usize).min(MOST_LISTED);
        let (mut listed, mut bytes) = (Vec::new(), 0);
        let mut take = |key: &str, value: &[u8]| {
            bytes += key.len() + value.len();
            let fits = listed.len() < limit && (bytes <= MOST_LISTED_BYTES || listed.is_empty());
            if fits {
                listed.push((key.to_owned(), value.to_vec()));
            }
            fits
        };
        let from = if after > prefix { Bound::Excluded(after) } else { Bound::Included(prefix) };
        if let Some(resident) = &*self.resident.read().unwrap_or_else(PoisonError::into_inner) {
            for (key, entry) in resident.range::<str, _>((from, Bound::Unbounded)) {
                if !key.starts_with(prefix) || entry.lives(now) && key != after && !take(key, &entry.value) {
                    break;
                }
            }
            return Ok(listed);
        }
        let file = self.file();
        let sql = "SELECT key, value FROM kv WHERE key >= ?1 AND key > ?2 AND (expires = 0 OR expires > ?3) ORDER BY key";
        let mut statement = file.connection.prepare_cached(sql).map_err(unavailable)?;
        let mut rows = statement.query(params![prefix, after, now]).map_err(unavailable)?;
        while let Some(row) = rows.next().map_err(unavailable)? {
            let key = row.get_ref(0).and_then(|v| Ok(v.as_str()?)).map_err(unavailable)?;
            let value = row.get_ref(1).and_then(|v| Ok(v.as_blob()?)).map_err(unavailable)?;
            if !key.starts_with(prefix) || !take(key, value) {
                break;
            }
        }
        Ok(listed)
    }

    /// Runs something while nobody writes.
    fn without_writers<T>(&self, then: impl FnOnce() -> T) -> T {
        let _nobody_writes = self.file();
        then()
    }

    fn file(&self) -> MutexGuard<'_, Database> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What stands under a key, expired or not. The caller holds the file, so nobody else writes.
    fn current(&self, file: &Database, key: &str) -> Result<Option<Entry>, Status> {
        match &*self.resident.read().unwrap_or_else(PoisonError::into_inner) {
            Some(resident) => Ok(resident.get(key).cloned()),
            None => file.read(key),
        }
    }

    fn write(&self, file: &mut Database, key: &str, value: &[u8], expires: i64, quota: u64, now: i64) -> Result<(), Status> {
        if value.len() > MOST_VALUE {
            return Err(Status::TOO_LARGE);
        }
        file.writes += 1;
        if file.writes.is_multiple_of(SWEEP_EVERY) {
            self.sweep(file, now)?;
        }
        let mut bytes = self.bytes_with(file, key, value.len())?;
        if bytes > quota && bytes > file.bytes {
            self.sweep(file, now)?;
            bytes = self.bytes_with(file, key, value.len())?;
            if bytes > quota {
                return Err(Status::QUOTA);
            }
        }
        let sql = "INSERT INTO kv (key, value, expires) VALUES (?1, ?2, ?3)
                   ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires";
        file.execute(sql, params![key, value, expires])?;
        file.bytes = bytes;
        self.committed(size(key, value.len()));
        let mut resident = self.resident.write().unwrap_or_else(PoisonError::into_inner);
        if bytes > RESIDENT_BYTES && self.path.is_some() {
            *resident = None;
        }
        if let Some(resident) = &mut *resident {
            let entry = Entry { value: value.into(), expires };
            match resident.get_mut(key) {
                Some(slot) => *slot = entry,
                None => drop(resident.insert(key.to_owned(), entry)),
            }
        }
        Ok(())
    }

    /// The bytes of everything once this key holds so many. A sweep changes it: the entry itself may have expired.
    fn bytes_with(&self, file: &Database, key: &str, value: usize) -> Result<u64, Status> {
        let old = match &*self.resident.read().unwrap_or_else(PoisonError::into_inner) {
            Some(resident) => resident.get(key).map_or(0, |entry| entry.bytes(key)),
            None => file.stored_size(key)?,
        };
        Ok(file.bytes.saturating_sub(old) + size(key, value))
    }

    /// Deletes what has expired.
    fn sweep(&self, file: &mut Database, now: i64) -> Result<(), Status> {
        let expired: Vec<(String, u64)> = {
            let sql = "SELECT key, length(value) FROM kv WHERE expires > 0 AND expires <= ?1 LIMIT 10000";
            let mut statement = file.connection.prepare_cached(sql).map_err(unavailable)?;
            let rows = statement.query_map([now], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)));
            let rows = rows.and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(unavailable)?;
            rows.into_iter().map(|(key, length)| (key.clone(), size(&key, length.unsigned_abs() as usize))).collect()
        };
        if expired.is_empty() {
            return Ok(());
        }
        file.execute("DELETE FROM kv WHERE key IN (SELECT key FROM kv WHERE expires > 0 AND expires <= ?1 LIMIT 10000)", params![now])?;
        self.committed(0);
        let mut resident = self.resident.write().unwrap_or_else(PoisonError::into_inner);
        for (key, bytes) in expired {
            file.bytes = file.bytes.saturating_sub(bytes);
            if let Some(resident) = &mut *resident {
                resident.remove(&key);
            }
        }
        Ok(())
    }

    /// Notes a commit of so many bytes: their pages and about two of the tree above them.
    fn committed(&self, bytes: u64) {
        self.unchecked.fetch_add(bytes.div_ceil(4096) + 2, Ordering::Relaxed);
    }
}

impl Database {
    fn execute(&self, sql: &str, values: impl rusqlite::Params) -> Result<(), Status> {
        let done = self.connection.prepare_cached(sql).and_then(|mut statement| statement.execute(values));
        done.map(drop).map_err(unavailable)
    }

    fn read(&self, key: &str) -> Result<Option<Entry>, Status> {
        let mut statement = self.connection.prepare_cached("SELECT value, expires FROM kv WHERE key = ?1").map_err(unavailable)?;
        let row = statement.query_row([key], |row| Ok(Entry { value: row.get::<_, Vec<u8>>(0)?.into(), expires: row.get(1)? }));
        row.optional().map_err(unavailable)
    }

    fn stored_size(&self, key: &str) -> Result<u64, Status> {
        let mut statement = self.connection.prepare_cached("SELECT length(value) FROM kv WHERE key = ?1").map_err(unavailable)?;
        let length: Option<i64> = statement.query_row([key], |row| row.get(0)).optional().map_err(unavailable)?;
        Ok(length.map_or(0, |length| size(key, length.unsigned_abs() as usize)))
    }
}

/// A connection as every thread of live uses it.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(2))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // Checkpoints belong to their own thread.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "cache_size", -1024)?;
    Ok(connection)
}

fn load_all(connection: &Connection) -> rusqlite::Result<BTreeMap<String, Entry>> {
    let mut statement = connection.prepare("SELECT key, value, expires FROM kv")?;
    let rows = statement
        .query_map([], |row| Ok((row.get::<_, String>(0)?, Entry { value: row.get::<_, Vec<u8>>(1)?.into(), expires: row.get(2)? })))?;
    rows.collect()
}

fn check_key(key: &str) -> Result<(), Status> {
    if key.len() > MOST_KEY { Err(Status::TOO_LARGE) } else { Ok(()) }
}

fn unavailable(error: rusqlite::Error) -> Status {
    tracing::warn!(%error, "a feature's database refused");
    Status::UNAVAILABLE
}

#[cfg(test)]
mod tests;
