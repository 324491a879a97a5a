//! What of a feature outlives its revisions: settings, statistics, data, allowances.

use crate::{
    allowance::Allowance,
    circuit::Circuit,
    environment::Environment,
    http,
    kv::{StorageError, Store},
    sql::Database,
    statistics::Calls,
};
use arc_swap::ArcSwap;
use kandra_model::{Revision, Slug, Timestamp};
use kandra_wire::{FaultKind, FeatureSettings, LogLevel, ToControl};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
};

use tokio::sync::Semaphore;

/// The longest log line, bytes.
const MOST_LOG_LINE: usize = 8 << 10;

/// A mounted feature, shared by all its revisions in this process.
pub(crate) struct Feature {
    pub slug: Slug,
    pub settings: ArcSwap<FeatureSettings>,
    pub environment: Arc<Environment>,
    store: OnceLock<Arc<Store>>,
    database: OnceLock<Arc<Database>>,
    routes: Mutex<HashMap<(String, String), Arc<Calls>>>,
    pub circuit: Circuit,
    logs: Allowance,
    pub events: Allowance,
    faults: Allowance,
    /// Places for its calls to other servers.
    pub calls_out: Arc<Semaphore>,
    /// Its calls of other features that are under way.
    pub calls_within: AtomicUsize,
    /// Processor milliseconds of one poll: a copy of the settings' that each poll reads.
    poll_ms: AtomicU32,
}

impl Feature {
    pub fn new(slug: Slug, settings: FeatureSettings, environment: Arc<Environment>) -> Self {
        let (logs, events) = (log_allowance(&settings), event_allowance(&settings));
        let poll_ms = settings.poll_ms.into();
        Self {
            slug,
            settings: ArcSwap::from_pointee(settings),
            environment,
            store: OnceLock::new(),
            database: OnceLock::new(),
            routes: Mutex::default(),
            circuit: Circuit::default(),
            logs: Allowance::new(logs.0, logs.1),
            events: Allowance::new(events.0, events.1),
            faults: Allowance::new(50, 10),
            calls_out: Arc::new(Semaphore::new(http::AT_ONCE)),
            calls_within: AtomicUsize::new(0),
            poll_ms,
        }
    }

    /// What it may use from now on. Memory is its library's business: see [`Mount::configure`](crate::mount::Mount::configure).
    pub fn configure(&self, settings: FeatureSettings) {
        let ((burst, rate), (most, each)) = (log_allowance(&settings), event_allowance(&settings));
        self.logs.set(burst, rate);
        self.events.set(most, each);
        self.poll_ms.store(settings.poll_ms, Ordering::Relaxed);
        if let Some(database) = self.database.get() {
            database.set_room(settings.storage_bytes);
        }
        self.settings.store(Arc::new(settings));
    }

    /// Processor milliseconds that one poll may take.
    #[inline]
    pub fn poll_ms(&self) -> u32 {
        self.poll_ms.load(Ordering::Relaxed)
    }

    /// Its keys and values, opened at first use.
    pub fn store(&self) -> Result<&Arc<Store>, StorageError> {
        if let Some(store) = self.store.get() {
            return Ok(store);
        }
        let store = {
            // Holding the map's lock keeps a second thread from opening the same file.
            let _one = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
            match self.store.get() {
                Some(store) => store.clone(),
                None => self.environment.open_store(&self.slug)?,
            }
        };
        Ok(self.store.get_or_init(|| store))
    }

    /// Its SQL database, opened at first use.
    pub fn database(&self) -> Result<&Arc<Database>, StorageError> {
        if let Some(database) = self.database.get() {
            return Ok(database);
        }
        let database = {
            // As with the store.
            let _one = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
            match self.database.get() {
                Some(database) => database.clone(),
                None => {
                    let database = self.environment.open_database(&self.slug)?;
                    database.set_room(self.settings.load().storage_bytes);
                    database
                }
            }
        };
        Ok(self.database.get_or_init(|| database))
    }

    /// The figures of one of its routes; they go on across revisions.
    pub fn calls(&self, method: &str, path: &str) -> Arc<Calls> {
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        routes.entry((method.to_owned(), path.to_owned())).or_default().clone()
    }

    /// Forgets the figures of routes that no revision has any more.
    pub fn forget_other_routes(&self) {
        self.routes.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, calls| Arc::strong_count(calls) > 1);
    }

    /// Passes a log line on; `false` when there was no room for it.
    pub fn log(&self, revision: Revision, level: LogLevel, message: &str) -> bool {
        let mut end = message.len().min(MOST_LOG_LINE);
        while !message.is_char_boundary(end) {
            end -= 1;
        }
        let line =
            || ToControl::Log { feature: self.slug.clone(), revision, at: Timestamp::now(), level, message: message[..end].to_owned() };
        self.environment.count_dropped(self.logs.take() && self.environment.outlet.report(line()))
    }

    /// Tells control that a call failed.
    pub fn fault(&self, revision: Revision, kind: FaultKind, id: &str, route: &str, message: &str) {
        let fault = || ToControl::Fault {
            feature: self.slug.clone(),
            revision,
            at: Timestamp::now(),
            kind,
            id: id.to_owned(),
            route: route.to_owned(),
            message: message.to_owned(),
        };
        self.environment.count_dropped(self.faults.take() && self.environment.outlet.report(fault()));
    }
}

/// Log lines: so many at once, and each second.
fn log_allowance(settings: &FeatureSettings) -> (u32, u32) {
    (settings.log_lines_per_second.saturating_mul(4), settings.log_lines_per_second)
}

fn event_allowance(settings: &FeatureSettings) -> (u32, u32) {
    (settings.events_per_second.saturating_mul(2), settings.events_per_second)
}

impl std::fmt::Debug for Feature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Feature").field(&self.slug).finish()
    }
}
