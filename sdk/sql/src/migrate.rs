//! Steps of a database's shape: each text is run once, in order, all that are new in one transaction.
//!
//! A step is known by its text, not by its place: after a rollback another revision may go on from the same place with
//! another step. `user_version` is the number of steps that were run.

use super::rules::{OWN, Rules};
use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
};
use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// The most migrations of a feature.
pub const MAX_MIGRATIONS: usize = 200;
/// The longest text of one, bytes.
pub const MOST_MIGRATION: usize = 16 << 10;
/// Copies of before a migration that are kept of one database.
const COPIES_KEPT: usize = 3;
/// How long all of them may run.
const MIGRATION_TIME: Duration = Duration::from_secs(5);

/// Why a database could not be brought to the shape that a revision needs. It is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// A step that failed: the author's to correct.
    #[error("migration {number} failed: {reason}; it says: {text}")]
    Step {
        /// Which, counted from 1.
        number: usize,
        /// What SQLite says.
        reason: String,
        /// The step, up to 500 characters.
        text: String,
    },
    /// The copy of before could not be made.
    #[error("the database could not be copied before its migration: {0}")]
    Copy(String),
    /// There is no copy to go back to.
    #[error(
        "no copy of its database has the shape that this revision knows, so its data cannot go back with it; roll back without the data"
    )]
    NoCopy,
    /// The file refused.
    #[error("the feature's SQL database refused: {0}")]
    File(#[from] rusqlite::Error),
}

/// Makes the table in which the steps are noted.
pub(super) fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(&format!("CREATE TABLE IF NOT EXISTS {OWN}migrations (text TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID"))
}

/// Runs the steps that have not been run yet, after a copy of what they change; answers how many they were.
pub(super) fn run(connection: &mut Connection, rules: &Rules, path: Option<&Path>, steps: &[String]) -> Result<usize, MigrationError> {
    let (done, version) = rules.as_host(|| noted(connection))?;
    let new: Vec<(usize, String)> =
        steps.iter().enumerate().map(|(at, text)| (at + 1, words(text))).filter(|(_, text)| !done.contains(text)).collect();
    if new.is_empty() {
        return Ok(0);
    }
    // Before the first step there is nothing to lose.
    let copy = match path {
        Some(path) if version > 0 => Some(copy(path, version).map_err(MigrationError::Copy)?),
        _ => None,
    };
    let ran = all(connection, rules, steps, &new, version);
    if let Some(Copy { temporary, lasting, others }) = copy {
        let kept = match &ran {
            Ok(()) => std::fs::rename(&temporary, lasting).map(|()| others.iter().skip(COPIES_KEPT - 1).for_each(remove)),
            Err(_) => std::fs::remove_file(&temporary),
        };
        if let Err(error) = kept {
            tracing::warn!(%error, "the copy of a feature's SQL database could not be put in its place");
        }
    }
    ran.map(|()| new.len())
}

/// The steps that were run, and how many.
fn noted(connection: &Connection) -> rusqlite::Result<(HashSet<String>, usize)> {
    let mut found = connection.prepare(&format!("SELECT text FROM {OWN}migrations"))?;
    let done = found.query_map([], |row| row.get(0))?.collect::<Result<HashSet<_>, _>>()?;
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok((done, usize::try_from(version).unwrap_or(0)))
}

/// Brings back what was in the database when it last had the shape that these steps make: the copy of before the migration
/// that followed. What was in it until now is kept beside it, as `.undone.db`. Answers when the copy was made; `None` when
/// the database has that shape already.
pub(super) fn restore(
    connection: &mut Connection,
    rules: &Rules,
    path: Option<&Path>,
    steps: &[String],
) -> Result<Option<SystemTime>, MigrationError> {
    let wanted: HashSet<String> = steps.iter().map(|text| words(text)).collect();
    if rules.as_host(|| noted(connection))?.0 == wanted {
        return Ok(None);
    }
    let path = path.ok_or(MigrationError::NoCopy)?;
    let (directory, name) = place(path).map_err(MigrationError::Copy)?;
    let copies = copies(directory, &format!("{name}.before-")).map_err(|e| MigrationError::Copy(e.to_string()))?;
    let found = copies.into_iter().find_map(|copy| {
        let source = Connection::open_with_flags(&copy, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX).ok()?;
        (noted(&source).ok()?.0 == wanted).then_some((copy, source))
    });
    let (copy, source) = found.ok_or(MigrationError::NoCopy)?;
    let made = std::fs::metadata(&copy).and_then(|found| found.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let undone = directory.join(format!("{name}.undone.db"));
    remove(&undone);
    vacuum_into(path, &undone).map_err(|error| MigrationError::Copy(error.to_string()))?;
    rules.as_host(|| {
        connection.flush_prepared_statement_cache();
        // All pages at once: nobody else writes, as the connection's lock is held.
        match Backup::new(&source, connection)?.step(-1)? {
            StepResult::Done => Ok(Some(made)),
            _ => Err(MigrationError::Copy("the database is in use; try again".to_owned())),
        }
    })
}

fn all(
    connection: &mut Connection,
    rules: &Rules,
    steps: &[String],
    new: &[(usize, String)],
    version: usize,
) -> Result<(), MigrationError> {
    let _watch = rules.watch(MIGRATION_TIME);
    let transaction = rules.as_host(|| connection.transaction())?;
    for (number, text) in new {
        let ran = rules.as_migration(|| transaction.execute_batch(&steps[number - 1]));
        if let Err(error) = ran {
            let _ = rules.as_host(|| transaction.rollback());
            let bounded = |text: &str| text.chars().take(500).collect::<String>();
            return Err(MigrationError::Step { number: *number, reason: bounded(&error.to_string()), text: bounded(text) });
        }
        rules.as_host(|| transaction.execute(&format!("INSERT INTO {OWN}migrations (text) VALUES (?1)"), [text]))?;
    }
    rules.as_host(|| {
        transaction.pragma_update(None, "user_version", i64::try_from(version + new.len()).unwrap_or(i64::MAX))?;
        transaction.commit()
    })?;
    Ok(())
}

/// A text whose lines may be broken anew without its becoming another step.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches([';', ' ']).to_owned()
}

/// A copy of the file, not yet in its place.
struct Copy {
    temporary: PathBuf,
    lasting: PathBuf,
    /// Older copies, which it replaces.
    others: Vec<PathBuf>,
}

/// Copies the file as it is now, beside it.
fn copy(path: &Path, version: usize) -> Result<Copy, String> {
    let (directory, name) = place(path)?;
    let lasting = directory.join(format!("{name}.before-{version}.db"));
    let temporary = directory.join(format!("{name}.before.new"));
    let others = copies(directory, &format!("{name}.before-")).map_err(|e| e.to_string())?;
    let others = others.into_iter().filter(|other| *other != lasting).collect();
    match std::fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.to_string()),
        _ => {}
    }
    match vacuum_into(path, &temporary) {
        Ok(()) => Ok(Copy { temporary, lasting, others }),
        Err(error) => {
            remove(&temporary);
            Err(error.to_string())
        }
    }
}

/// A connection of its own: to copy is to attach, which the feature's own may not.
fn vacuum_into(path: &Path, to: &Path) -> rusqlite::Result<()> {
    let own = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    own.busy_timeout(Duration::from_secs(2))?;
    own.execute("VACUUM INTO ?1", [to.to_string_lossy()]).map(drop)
}

/// The file's folder, and its name without the ending.
fn place(path: &Path) -> Result<(&Path, &str), String> {
    let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".db"));
    Ok((path.parent().unwrap_or(Path::new(".")), name.ok_or("the file has no name")?))
}

/// The copies, those of the most steps first.
fn copies(directory: &Path, beginning: &str) -> io::Result<Vec<PathBuf>> {
    let mut found: Vec<(usize, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let version = name.to_str().and_then(|name| name.strip_prefix(beginning)?.strip_suffix(".db")?.parse().ok());
        found.extend(version.map(|version| (version, entry.path())));
    }
    found.sort_by(|a, b| b.cmp(a));
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

fn remove(path: &PathBuf) {
    // What cannot be removed is replaced or removed next time.
    let _ = std::fs::remove_file(path);
}
