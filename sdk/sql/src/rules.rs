//! What a feature's statements may do and for how long: SQLite's authorizer, its limits and its progress handler.

use rusqlite::{
    Connection,
    config::DbConfig,
    hooks::{AuthAction, AuthContext, Authorization},
    limits::Limit,
};
use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

/// The host's own tables in a feature's database begin with this.
pub(super) const OWN: &str = "kandra_";
/// The largest value, row and statement text, bytes.
const MOST_VALUE: i32 = 1 << 20;
const MOST_SQL: i32 = 64 << 10;
/// How often the time is looked at, in steps of SQLite's machine.
const STEPS: i32 = 200;
/// How often the memory is looked at, in looks at the time.
const LOOKS: u32 = 4;
/// By how much the process may grow while a feature's statements run. Others may be the cause, too; the statement that is
/// ended then is no great loss, and who hoards is the one that runs long.
const MOST_GROWTH: u64 = 128 << 20;

/// Whose statements are being prepared.
mod whose {
    /// The feature's: rows of its tables.
    pub const FEATURE: u8 = 0;
    /// A migration's: also the shape of its tables.
    pub const MIGRATION: u8 = 1;
    /// Ours.
    pub const HOST: u8 = 2;
}

/// What the connection's hooks look at.
#[derive(Debug)]
pub(super) struct Rules {
    whose: AtomicU8,
    /// Of what runs now.
    watch: Mutex<Option<Watched>>,
    /// Bytes of this process in memory.
    resident: fn() -> u64,
}

#[derive(Debug)]
struct Watched {
    until: Instant,
    /// What the process had when it began.
    resident: u64,
    looks: u32,
    hoards: bool,
}

impl Rules {
    pub fn new(resident: fn() -> u64) -> Arc<Self> {
        Arc::new(Self { whose: AtomicU8::new(whose::FEATURE), watch: Mutex::new(None), resident })
    }

    /// Puts limits, authorizer and progress handler on a connection.
    pub fn put_on(self: &Arc<Self>, connection: &mut Connection) -> rusqlite::Result<()> {
        for (limit, most) in [
            (Limit::SQLITE_LIMIT_LENGTH, MOST_VALUE),
            (Limit::SQLITE_LIMIT_SQL_LENGTH, MOST_SQL),
            (Limit::SQLITE_LIMIT_ATTACHED, 0),
            (Limit::SQLITE_LIMIT_VARIABLE_NUMBER, 999),
            (Limit::SQLITE_LIMIT_COLUMN, 200),
            (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
            (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 50),
            (Limit::SQLITE_LIMIT_FUNCTION_ARG, 100),
            (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 500),
            (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 10),
            (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
        ] {
            connection.set_limit(limit, most)?;
        }
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        let rules = self.clone();
        connection.authorizer(Some(move |context: AuthContext<'_>| {
            if allowed(rules.whose.load(SeqCst), &context) { Authorization::Allow } else { Authorization::Deny }
        }))?;
        let rules = self.clone();
        connection.progress_handler(STEPS, Some(move || rules.is_to_end()))
    }

    /// Runs our own statements.
    pub fn as_host<T>(&self, act: impl FnOnce() -> T) -> T {
        self.acting(whose::HOST, act)
    }

    /// Runs a migration's statements.
    pub fn as_migration<T>(&self, act: impl FnOnce() -> T) -> T {
        self.acting(whose::MIGRATION, act)
    }

    fn acting<T>(&self, whose: u8, act: impl FnOnce() -> T) -> T {
        let before = self.whose.swap(whose, SeqCst);
        let out = act();
        self.whose.store(before, SeqCst);
        out
    }

    /// Ends what still runs after so long, until the value is dropped.
    pub fn watch(&self, time: Duration) -> Watch<'_> {
        *self.watched() = Some(Watched { until: Instant::now() + time, resident: (self.resident)(), looks: 0, hoards: false });
        Watch(self)
    }

    /// Whether what was watched was ended for the memory that it took.
    pub fn hoarded(&self) -> bool {
        self.watched().as_ref().is_some_and(|watched| watched.hoards)
    }

    fn is_to_end(&self) -> bool {
        // The transaction's own end is not to be interrupted.
        if self.whose.load(SeqCst) == whose::HOST {
            return false;
        }
        let mut watched = self.watched();
        let Some(watched) = &mut *watched else { return false };
        watched.looks = watched.looks.wrapping_add(1);
        if watched.looks.is_multiple_of(LOOKS) {
            watched.hoards |= (self.resident)().saturating_sub(watched.resident) > MOST_GROWTH;
        }
        watched.hoards || Instant::now() > watched.until
    }

    fn watched(&self) -> MutexGuard<'_, Option<Watched>> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// While it lives, statements end in time.
pub(super) struct Watch<'a>(&'a Rules);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        *self.0.watched() = None;
    }
}

fn begins(name: &str, with: &str) -> bool {
    name.get(..with.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(with))
}

/// By allow-list: what is not named here is refused.
fn allowed(whose: u8, context: &AuthContext<'_>) -> bool {
    if whose == whose::HOST {
        return true;
    }
    let migrates = whose == whose::MIGRATION;
    let ours = |name: &str| begins(name, OWN);
    let inner = |name: &str| begins(name, "sqlite_");
    // Renaming and dropping look into both schemas; SQLite itself keeps statements from changing its tables directly.
    let main = context.database_name.is_none_or(|name| name == "main");
    match context.action {
        AuthAction::Select | AuthAction::Recursive => true,
        AuthAction::Function { function_name } => {
            !["load_extension", "fts3_tokenizer"].iter().any(|f| function_name.eq_ignore_ascii_case(f))
        }
        AuthAction::Read { table_name, .. } => !ours(table_name) && (main || migrates && inner(table_name)),
        AuthAction::Insert { table_name } | AuthAction::Update { table_name, .. } | AuthAction::Delete { table_name } => {
            !ours(table_name) && if inner(table_name) { migrates } else { main }
        }
        AuthAction::CreateTable { table_name } | AuthAction::DropTable { table_name } => migrates && main && !ours(table_name),
        AuthAction::CreateIndex { table_name, index_name }
        | AuthAction::DropIndex { table_name, index_name }
        | AuthAction::CreateTrigger { table_name, trigger_name: index_name }
        | AuthAction::DropTrigger { table_name, trigger_name: index_name } => migrates && main && !ours(table_name) && !ours(index_name),
        AuthAction::CreateView { view_name } | AuthAction::DropView { view_name } => migrates && main && !ours(view_name),
        AuthAction::AlterTable { database_name, table_name } => migrates && database_name == "main" && !ours(table_name),
        // A new index is filled so, and a new constraint looks so at the rows that are there.
        AuthAction::Reindex { .. } => migrates,
        AuthAction::Pragma { pragma_name, .. } => migrates && pragma_name.eq_ignore_ascii_case("quick_check"),
        _ => false,
    }
}
