//! What the HTTP API, the pages and the owner act through: one server's state, and every operation on it.

mod crates;
mod error;
mod features;
mod grants;
mod requests;
mod runs;
mod status;
mod submissions;
#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
pub(crate) use crates::Adding;
pub(crate) use crates::CrateState;
pub use crates::Crates;
pub use error::AppError;
pub use features::{FeatureSource, RolledBack};
pub use grants::Grants;
pub use kandra_store::Actor;
pub use requests::RequestText;
pub use status::{Building, Layer, LiveStatus, NextPick, Status, WarmStatus};
pub use submissions::{Submission, Tried};

use crate::supervisor::{Replacement, Wish};
use crate::{
    config::Config,
    guard::Names,
    live_handle::LiveHandle,
    logs::{self, LogLine, LogWriter},
    observer::Observer,
    outgoing::{Outgoing, Secrets},
    pipeline::{Active, Rebuilds, Slots},
    startup::{Home, OwnerToken, VisitorKey},
    workshop::WorkshopState,
};
use kandra_agent::{Agent, Fit};
use kandra_model::{Slug, Timestamp};
use kandra_store::{Store, Trail};
use kandra_wire::LiveReport;
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex as StdMutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::{Mutex, OwnedMutexGuard, Semaphore, mpsc, oneshot, watch};

/// How long calls may go on when the owner has live replaced: longer than a call may take.
const REPLACE_PATIENCE: Duration = Duration::from_secs(12);
/// How old an account of live may be.
const REPORT_AGE: Duration = Duration::from_millis(250);

/// What an app is made of.
pub(crate) struct Parts {
    pub config: Config,
    pub home: Home,
    pub addresses: (SocketAddr, SocketAddr),
    pub owner: OwnerToken,
    pub visitors: VisitorKey,
    pub store: Store,
    pub trail: Trail,
    pub agent: Agent,
    pub live: LiveHandle,
    pub logs: LogWriter,
    pub mounts: Arc<Mutex<()>>,
    pub wishes: mpsc::Sender<Wish>,
    pub stopping: watch::Sender<bool>,
    pub outgoing: Arc<Outgoing>,
}

/// One server's state and operations; shared by every worker.
pub struct App {
    parts: Parts,
    started_at: Timestamp,
    workshop: WorkshopState,
    crates: CrateState,
    active: Active,
    slots: Slots,
    model_turns: Semaphore,
    trying: Arc<Mutex<()>>,
    naming: Mutex<()>,
    feature_locks: StdMutex<HashMap<Slug, Arc<Mutex<()>>>>,
    rebuilds: Rebuilds,
    observer: Observer,
    offered: StdMutex<Vec<Slug>>,
    names: Names,
    newest_report: Mutex<Option<(Instant, Option<LiveReport>)>>,
}

impl App {
    pub(crate) fn new(parts: Parts) -> Arc<Self> {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let observer = Observer::new(parts.config.interval_secs, Timestamp::now());
        Arc::new(Self {
            started_at: Timestamp::now(),
            workshop: WorkshopState::default(),
            crates: CrateState::default(),
            active: Active::default(),
            slots: Slots::new(cores.saturating_sub(1)),
            model_turns: Semaphore::new(kandra_agent::observer::MAX_MODEL_CALLS),
            trying: Arc::default(),
            naming: Mutex::new(()),
            feature_locks: StdMutex::default(),
            rebuilds: Rebuilds::default(),
            observer,
            offered: StdMutex::default(),
            names: Names::new(&parts.config, parts.addresses.1),
            newest_report: Mutex::default(),
            parts,
        })
    }

    /// What it was started with.
    pub fn config(&self) -> &Config {
        &self.parts.config
    }

    /// `kandra.db`.
    pub fn store(&self) -> &Store {
        &self.parts.store
    }

    /// The git trail.
    pub fn trail(&self) -> &Trail {
        &self.parts.trail
    }

    /// Who writes.
    pub fn agent(&self) -> &Agent {
        &self.parts.agent
    }

    /// The live process.
    pub fn live(&self) -> &LiveHandle {
        &self.parts.live
    }

    /// When this server started.
    pub fn started_at(&self) -> Timestamp {
        self.started_at
    }

    /// Where control listens.
    pub fn address(&self) -> SocketAddr {
        self.parts.addresses.0
    }

    /// Where live listens.
    pub fn live_address(&self) -> SocketAddr {
        self.parts.addresses.1
    }

    /// The origin under which a browser that reached control as `host` (its `Host` header) reaches live, without a
    /// final slash. It contains `{slug}` when every feature has an origin of its own.
    pub fn live_origin(&self, host: &str) -> String {
        self.names.live_origin(host)
    }

    /// A feature's absolute address for a browser that reached control as `host`, without a final slash.
    pub fn feature_url(&self, feature: &Slug, host: &str) -> String {
        self.names.feature_url(host, feature)
    }

    /// Whether this is the owner's token, compared in constant time.
    pub fn is_owner(&self, token: &str) -> bool {
        self.parts.owner.matches(token)
    }

    /// Turns true when the server begins to stop: close streams with `retry` then.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.parts.stopping.subscribe()
    }

    /// Whether the server has begun to stop.
    pub fn is_stopping(&self) -> bool {
        *self.parts.stopping.borrow()
    }

    /// A secret of this home for one purpose, the same at every start.
    pub fn secret(&self, purpose: &str) -> [u8; 32] {
        self.parts.visitors.derive(purpose)
    }

    /// A token that names a visitor to one feature, signed for live. `visitor` is whatever the visitor's browser keeps.
    pub fn visitor_token(&self, feature: &Slug, visitor: &str) -> String {
        self.parts.visitors.token(feature, visitor, Timestamp::now())
    }

    /// The recipe that fits these words, when the offline developer is at work.
    pub fn fit(&self, title: &str, details: &str) -> Option<Fit> {
        self.parts.agent.fit(title, details)
    }

    /// Under which names control and live are reached.
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// Live's own account of itself, at most a quarter of a second old; waits at most a second. However many ask,
    /// live is asked once: its queue also carries mounts.
    pub async fn live_report(&self) -> Result<LiveReport, AppError> {
        let mut newest = self.newest_report.lock().await;
        if let Some((at, report)) = &*newest
            && at.elapsed() < REPORT_AGE
        {
            return report.clone().ok_or(AppError::LiveUnavailable);
        }
        let report = self.live().report(Duration::from_secs(1)).await.ok();
        *newest = Some((Instant::now(), report.clone()));
        report.ok_or(AppError::LiveUnavailable)
    }

    /// The newest lines of a feature's log, oldest first, at most `limit` (1,000).
    pub async fn feature_logs(&self, feature: &Slug, limit: usize) -> Result<Vec<LogLine>, AppError> {
        let (folder, feature) = (self.home().logs(), feature.clone());
        let read = tokio::task::spawn_blocking(move || logs::tail(&folder, &feature, limit.min(1_000)));
        read.await.map_err(internal)?.map_err(internal)
    }

    /// Lines of features' logs that were dropped because the disk could not keep up.
    pub fn log_lines_dropped(&self) -> u64 {
        self.parts.logs.dropped()
    }

    /// Features in a checkout's `generated/` that this home does not have.
    pub fn offered(&self) -> Vec<Slug> {
        self.offered.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn offer(&self, features: Vec<Slug>) {
        *self.offered.lock().unwrap_or_else(PoisonError::into_inner) = features;
    }

    pub(crate) fn home(&self) -> &Home {
        &self.parts.home
    }

    pub(crate) fn owner_token(&self) -> &OwnerToken {
        &self.parts.owner
    }

    pub(crate) fn secrets(&self) -> &Arc<Secrets> {
        self.parts.outgoing.secrets()
    }

    /// Features' calls to other servers since the start: answered, refused.
    pub(crate) fn outgoing_counts(&self) -> (u64, u64) {
        self.parts.outgoing.counts()
    }

    pub(crate) fn workshop(&self) -> &WorkshopState {
        &self.workshop
    }

    pub(crate) fn crate_state(&self) -> &CrateState {
        &self.crates
    }

    pub(crate) fn active(&self) -> &Active {
        &self.active
    }

    pub(crate) fn slots(&self) -> &Slots {
        &self.slots
    }

    pub(crate) fn model_turns(&self) -> &Semaphore {
        &self.model_turns
    }

    /// Held from a probe to the mount of what it tried.
    pub(crate) fn trying(&self) -> &Arc<Mutex<()>> {
        &self.trying
    }

    /// Held while a draft gets its slug.
    pub(crate) fn naming(&self) -> &Mutex<()> {
        &self.naming
    }

    /// Held around each change of what live serves together with what the store says of it.
    pub(crate) fn mounts(&self) -> &Mutex<()> {
        &self.parts.mounts
    }

    pub(crate) fn rebuilds(&self) -> &Rebuilds {
        &self.rebuilds
    }

    pub(crate) fn observer(&self) -> &Observer {
        &self.observer
    }

    pub(crate) fn stop_signal(&self) -> &watch::Sender<bool> {
        &self.parts.stopping
    }

    /// Held around each change of one feature's files together with what the store says of it, so that the watcher
    /// never sees one without the other.
    pub(crate) async fn feature_lock(&self, feature: &Slug) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.feature_locks.lock().unwrap_or_else(PoisonError::into_inner);
            // One that only this map holds is nobody's.
            if locks.len() > 1_000 {
                locks.retain(|_, lock| Arc::strong_count(lock) > 1);
            }
            Arc::clone(locks.entry(feature.clone()).or_default())
        };
        lock.lock_owned().await
    }

    /// Asks a live process in safe mode to end, so that the next one loads the features again.
    pub fn leave_safe_mode(&self) {
        // One wish that waits is enough.
        let _ = self.parts.wishes.try_send(Wish::LeaveSafeMode);
    }

    /// Has another live process take over; answers when it serves.
    pub async fn replace_live(&self) -> Result<(), AppError> {
        let (done, answer) = oneshot::channel();
        let wish = Replacement { reason: "the owner asked for it".to_owned(), patience: REPLACE_PATIENCE, done: Some(done) };
        self.parts.wishes.try_send(Wish::Replace(wish)).map_err(|_| AppError::LiveUnavailable)?;
        match answer.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(reason)) => Err(AppError::NotReplaced(reason)),
            Err(_) => Err(AppError::LiveUnavailable),
        }
    }
}

pub(crate) fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> AppError {
    AppError::Internal(error.into())
}
