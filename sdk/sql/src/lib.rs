//! A feature's own SQL database: SQLite with what a feature may do with it.
//!
//! Arrives: requests of a library, as JSON; the migrations that its `mount` named. Leaves: answers as JSON, or a status and
//! a reason. All statements of a request are one transaction. Must never: let a statement reach anything but the feature's
//! own tables ([`rules`]), or run one for longer than [`STATEMENT_TIME`].
//!
//! The server uses it on threads of its own; an author's tests use the same with [`for_tests`].
#![forbid(unsafe_code)]

mod message;
mod migrate;
mod rules;

pub use message::Request;
pub use migrate::{MAX_MIGRATIONS, MOST_MIGRATION, MigrationError};
pub use rusqlite::Error;

use kandra_abi::Status;
use message::{Answer, Statement, Total};
use rules::Rules;
use rusqlite::{Connection, ErrorCode};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// How long the statements of one request may run.
const STATEMENT_TIME: Duration = Duration::from_secs(1);
/// The largest request, bytes of JSON.
const MOST_REQUEST: usize = 4 << 20;
/// The most statements of one request.
const MOST_STATEMENTS: usize = 100;
/// Bytes of one page.
const PAGE: u64 = 4 << 10;
/// What SQLite may allocate in the whole process. Above it statements of any feature fail, and the process lives on;
/// [`rules`] ends the one that hoards before.
const HEAP_BYTES: i64 = 1 << 30;
const HOARDS: &str = "the statements need more memory than there is; add a LIMIT, or sort fewer columns";

/// Why a request was not answered; nothing of it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What the library is told.
    pub status: Status,
    /// For the author.
    pub reason: String,
}

impl Refused {
    /// With this status.
    pub fn new(status: Status, reason: impl Into<String>) -> Self {
        Self { status, reason: reason.into() }
    }

    fn invalid(reason: impl Into<String>) -> Self {
        Self::new(Status::INVALID, reason)
    }
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        let text: String = error.to_string().chars().take(500).collect();
        match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => Self::new(Status::CONFLICT, text),
            Some(ErrorCode::DiskFull) => Self::new(Status::QUOTA, "the database is full: it has as many bytes as storage_bytes allows"),
            Some(ErrorCode::TooBig) => Self::new(Status::TOO_LARGE, format!("{text}: a statement, a value or a row is above its limit")),
            Some(ErrorCode::OperationInterrupted) => {
                Self::new(Status::UNAVAILABLE, "the statements ran for more than 1 s; add an index or a LIMIT")
            }
            Some(ErrorCode::ApiMisuse) => Self::invalid("there is no statement in the text"),
            Some(ErrorCode::OutOfMemory) => Self::new(Status::UNAVAILABLE, HOARDS),
            Some(ErrorCode::AuthorizationForStatementDenied) => Self::invalid(format!(
                "{text}: a feature reads and writes rows of its own tables; tables and indexes are made by routes.migration(…), \
                 transactions by ctx.sql().transaction(…)"
            )),
            Some(
                ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::ReadOnly
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked,
            ) => {
                tracing::warn!(%error, "a feature's SQL database refused");
                Self::new(Status::UNAVAILABLE, text)
            }
            _ => Self::invalid(text),
        }
    }
}

/// What a database may take.
#[derive(Clone, Copy, Debug)]
pub struct Measures {
    /// Bytes that it may have, at first.
    pub room: u64,
    /// Says how many bytes of memory this process has; 0 when that is not known. In a jail files cannot be opened when they
    /// are needed, so whoever opens the database knows how.
    pub resident: fn() -> u64,
}

/// A feature's SQL database.
pub struct Database {
    connection: Mutex<Connection>,
    rules: Arc<Rules>,
    path: Option<PathBuf>,
    /// Pages that the file may have, and those that the connection was told.
    pages: AtomicU64,
    told: AtomicU64,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Database").field(&self.path).finish()
    }
}

impl Database {
    /// Opens or makes the file.
    pub fn open(path: &Path, measures: Measures) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(2))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "journal_size_limit", 4 << 20)?;
        Self::with(connection, Some(path.to_owned()), measures)
    }

    /// One that is gone with its value: for trials and tests.
    pub fn in_memory(measures: Measures) -> rusqlite::Result<Self> {
        Self::with(Connection::open_in_memory()?, None, measures)
    }

    fn with(mut connection: Connection, path: Option<PathBuf>, measures: Measures) -> rusqlite::Result<Self> {
        connection.query_row(&format!("PRAGMA hard_heap_limit = {HEAP_BYTES}"), [], |_| Ok(()))?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.pragma_update(None, "cache_size", -2048)?;
        migrate::prepare(&connection)?;
        let rules = Rules::new(measures.resident);
        rules.put_on(&mut connection)?;
        let (pages, told) = (AtomicU64::new(measures.room / PAGE), AtomicU64::new(0));
        Ok(Self { connection: Mutex::new(connection), rules, path, pages, told })
    }

    /// From now on the file may have so many bytes. One that is larger already keeps them.
    pub fn set_room(&self, bytes: u64) {
        self.pages.store(bytes / PAGE, Ordering::Relaxed);
    }

    /// Tells the connection how large the file may be, when that has changed.
    fn make_room(&self, connection: &Connection) -> rusqlite::Result<()> {
        let pages = self.pages.load(Ordering::Relaxed);
        if self.told.swap(pages, Ordering::Relaxed) == pages {
            return Ok(());
        }
        self.rules.as_host(|| connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())))
    }

    /// Runs the migrations that have not been run yet; answers how many. See [`migrate::run`].
    pub fn migrate(&self, migrations: &[String]) -> Result<usize, MigrationError> {
        let mut connection = self.connection();
        self.make_room(&connection)?;
        migrate::run(&mut connection, &self.rules, self.path.as_deref(), migrations)
    }

    /// Brings back the data of when the database had the shape that these steps make. See [`migrate::restore`].
    pub fn restore(&self, migrations: &[String]) -> Result<Option<std::time::SystemTime>, MigrationError> {
        migrate::restore(&mut self.connection(), &self.rules, self.path.as_deref(), migrations)
    }

    /// Runs the statements of a request as one transaction.
    pub fn run(&self, request: &Request) -> Result<Vec<u8>, Refused> {
        let mut connection = self.connection();
        self.make_room(&connection)?;
        let _watch = self.rules.watch(STATEMENT_TIME);
        let transaction = self.rules.as_host(|| connection.transaction())?;
        let mut total = Total::default();
        let answers: Result<Vec<Answer>, Refused> =
            request.statements.iter().map(|statement| step(&transaction, statement, &mut total)).collect();
        match answers {
            Ok(answers) => {
                self.rules.as_host(|| transaction.commit())?;
                Ok(message::write(&answers))
            }
            Err(refused) => {
                // A statement may have rolled back by itself already.
                let _ = self.rules.as_host(|| transaction.rollback());
                Err(if self.rules.hoarded() { Refused::new(Status::UNAVAILABLE, HOARDS) } else { refused })
            }
        }
    }

    /// Keeps every request waiting until the value is dropped.
    pub fn hold(&self) -> Hold<'_> {
        Hold { _connection: self.connection() }
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// While it lives, requests wait.
#[derive(Debug)]
pub struct Hold<'a> {
    _connection: MutexGuard<'a, Connection>,
}

/// What an author's test gets: the answer as JSON, or a status and a reason.
pub type TestAnswer = Result<Vec<u8>, (Status, String)>;

/// A new database in memory for `kandra::testing::Rig::with_sql`, with the rules and limits of the server's. It is brought to
/// the shape that the feature's migrations make, then answers.
pub fn for_tests() -> impl Fn(&[String], &[u8]) -> TestAnswer {
    let room = 64 << 20;
    let database = Database::in_memory(Measures { room, resident: || 0 });
    move |migrations, request| {
        let refused = |refused: Refused| (refused.status, refused.reason);
        let database = database.as_ref().map_err(|error| (Status::UNAVAILABLE, error.to_string()))?;
        database.migrate(migrations).map_err(|error| (Status::INVALID, error.to_string()))?;
        Request::read(request).and_then(|request| database.run(&request)).map_err(refused)
    }
}

/// Runs one statement.
fn step(connection: &Connection, statement: &Statement, total: &mut Total) -> Result<Answer, Refused> {
    let before = connection.total_changes();
    let mut prepared = connection.prepare_cached(&statement.sql).map_err(|error| match error {
        rusqlite::Error::MultipleStatement => Refused::invalid("one call runs one statement; use ctx.sql().transaction(…) for several"),
        error => error.into(),
    })?;
    let expected = prepared.parameter_count();
    if expected != statement.params.len() {
        let given = statement.params.len();
        return Err(Refused::invalid(format!("the statement has {expected} parameters, and {given} values were given")));
    }
    for (at, value) in statement.params.iter().enumerate() {
        prepared.raw_bind_parameter(at + 1, value)?;
    }
    let columns: Vec<String> = prepared.column_names().map(str::to_owned).collect();
    let mut rows = Vec::new();
    {
        let mut found = prepared.raw_query();
        while let Some(row) = found.next()? {
            rows.push(total.take(row, columns.len())?);
        }
    }
    let changed = connection.total_changes() - before;
    if statement.must_change && changed == 0 {
        return Err(Refused::new(Status::CONFLICT, format!("no row was changed by {:?}", shown(&statement.sql))));
    }
    Ok(Answer { columns, rows, changed, last_id: connection.last_insert_rowid() })
}

/// The beginning of a statement.
fn shown(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect()
}

#[cfg(test)]
mod tests;
