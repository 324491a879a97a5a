//! The whole of live without a socket: artifacts in, a route table, calls, swaps, unloads.

use crate::{
    call,
    environment::{Clock, Environment, Outlet, Random, Storage},
    failure::Failure,
    feature::Feature,
    kv::Checkpointer,
    load::{self, CaughtFault, Declared, Image, Library, LoadError, Most},
    mount::{Lease, Mount, NoLease, Prepared},
    operation::SQL,
    reaper::Reaper,
    recorder::Recorder,
    routes::{MAX_ROUTES, Matched, RouteError, Routes, percent_decode},
    schedule::Schedule,
    services,
    sockets::Sockets,
    sql::{MAX_MIGRATIONS, MOST_MIGRATION, MigrationError},
    state, watchdog,
    worker::{self, Worker, Workers},
};
use abi_stable::std_types::{RSlice, RStr};
use arc_swap::ArcSwap;
use kandra_abi::{Header, Param, RequestView, abi_stable, fault_kind};
use kandra_model::{ArtifactHash, Presentation, Revision, RouteSpec, Slug, Tier};
use kandra_wire::{FeatureSettings, LiveReport, LoadedLibrary, LogLevel, MountedReport, Refusal, RouteStatistics};
use std::{
    collections::HashMap,
    future::poll_fn,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll},
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tokio::sync::Notify;

/// How long `mount` may take.
const MOUNT_BUDGET: Duration = Duration::from_millis(kandra_model::probe::MOUNT_MILLIS);
/// How long a call waits while its feature's state moves.
const HELD_PATIENCE: Duration = Duration::from_secs(5);

/// What a [`Live`] needs.
pub struct Config {
    /// Where artifacts are, each a file named by its hash.
    pub artifacts: PathBuf,
    /// Where features' databases are kept.
    pub features: PathBuf,
    /// Where features' words go.
    pub outlet: Arc<dyn Outlet>,
}

/// What to mount.
#[derive(Clone, Debug)]
pub struct Order {
    /// Whose routes.
    pub feature: Slug,
    /// Which revision.
    pub revision: Revision,
    /// Its artifact.
    pub artifact: ArtifactHash,
    /// Which build it is.
    pub tier: Tier,
    /// For people; its capabilities are what the feature may use.
    pub presentation: Presentation,
    /// What it may use of each.
    pub settings: FeatureSettings,
}

/// Why nothing was mounted.
#[derive(Debug, thiserror::Error)]
pub enum MountError {
    /// The artifact could not be loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// `mount` panicked.
    #[error("mount panicked: {message} at {location}")]
    Panicked {
        /// The panic's message.
        message: String,
        /// `file:line:column`.
        location: String,
    },
    /// `mount` used up a budget.
    #[error("mount used up its budget: it may take {} ms", MOUNT_BUDGET.as_millis())]
    Budget,
    /// A route that cannot be mounted.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// Its database could not be opened.
    #[error("{0}")]
    Storage(String),
    /// A migration that cannot be run, and why.
    #[error("{0}")]
    Migration(String),
    /// The state in memory could not be handed over, and why.
    #[error("the state in memory could not be handed over: {0}")]
    State(String),
}

impl From<MountError> for Refusal {
    fn from(error: MountError) -> Self {
        let stage = match &error {
            MountError::Load(LoadError::Unreadable(e)) if e.kind() == io::ErrorKind::NotFound => "missing",
            MountError::Load(LoadError::Unreadable(_) | LoadError::TooLarge(_) | LoadError::Open(_)) => "load",
            MountError::Load(LoadError::Hash { .. }) => "hash",
            MountError::Load(LoadError::Abi(_)) => "abi",
            MountError::Panicked { .. } | MountError::Budget | MountError::Storage(_) | MountError::Migration(_) => "init",
            MountError::State(_) => "state",
            MountError::Route(_) => "routes",
        };
        Self { stage: stage.to_owned(), message: error.to_string() }
    }
}

/// A request, as [`Live::dispatch`] takes it.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Upper case.
    pub method: &'a str,
    /// Absolute, percent-encoded: `/{slug}/…`.
    pub path: &'a str,
    /// Without the question mark.
    pub query: &'a str,
    /// Lower-case names.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The whole body.
    pub body: &'a [u8],
    /// The visitor's pseudonymous id for this feature, or empty.
    pub visitor: &'a str,
}

/// An answer in the caller's memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// As the feature set them, unfiltered.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl From<Failure> for Reply {
    fn from(failure: Failure) -> Self {
        let body = serde_json::json!({ "error": failure.sentence(), "code": failure.code(), "status": failure.status() });
        let headers = vec![("content-type".to_owned(), "application/problem+json".to_owned())];
        Self { status: failure.status(), headers, body: body.to_string().into_bytes() }
    }
}

impl From<call::Answered> for Reply {
    fn from(answered: call::Answered) -> Self {
        let headers = answered.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { status: answered.status(), headers, body: answered.body().to_vec() }
    }
}

type Table = HashMap<Box<str>, Arc<Mount>>;

/// A path that leads to a route, with the lease that keeps it there.
pub(crate) struct Found<'p> {
    pub lease: Lease,
    pub route: usize,
    pub values: Vec<&'p str>,
}

impl Found<'_> {
    pub fn route(&self) -> &crate::routes::Route {
        &self.lease.mount().routes.all()[self.route]
    }
}

/// Features in this process: loaded, served, swapped, unloaded.
///
/// Threads that call [`Self::dispatch`] first join with [`Self::join`].
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use kandra_live::{Ask, Config, Live, Order, Silence};
/// use std::sync::Arc;
///
/// let live = Live::start(Config { artifacts: "artifacts".into(), features: "features".into(), outlet: Arc::new(Silence) })?;
/// live.mount(Order {
///     feature: "counter".parse()?,
///     revision: kandra_model::Revision(1),
///     artifact: "0f".repeat(32).parse()?,
///     tier: kandra_model::Tier::Quick,
///     presentation: kandra_model::Presentation { capabilities: vec!["kv".into()], ..Default::default() },
///     settings: kandra_wire::FeatureSettings::default(),
/// })?;
/// // On each thread that serves: join, and let its executor run what live posts to it.
/// tokio::task::spawn_local(live.join().run());
/// let reply = live.dispatch(Ask { method: "POST", path: "/counter/hit", query: "", headers: &[], body: b"", visitor: "" }).await;
/// assert_eq!(reply.status, 200);
/// live.unmount(&"counter".parse()?);
/// # Ok(())
/// # }
/// ```
pub struct Live {
    artifacts: PathBuf,
    environment: Arc<Environment>,
    table: ArcSwap<Table>,
    features: Mutex<HashMap<Slug, Weak<Feature>>>,
    workers: Arc<Workers>,
    reaper: Reaper,
    reaper_thread: Mutex<Option<JoinHandle<()>>>,
    schedule: Arc<Schedule>,
    /// Told whenever a feature that held its calls takes them again.
    reopened: Notify,
    /// Hashes of the states on disk.
    written: Mutex<HashMap<String, [u8; 32]>>,
}

impl Live {
    /// Starts the threads that watch, unload and write back; they end when the value is dropped.
    pub fn start(config: Config) -> io::Result<Arc<Self>> {
        let storage = Storage::Directory { path: config.features, checkpointer: Checkpointer::start()? };
        let environment = Environment::new(Clock::System, Random::System, storage, config.outlet);
        let live = Self::with(config.artifacts, environment, Recorder::default())?;
        live.start_tasks()?;
        Ok(live)
    }

    /// From now on tasks are called when they are due. A candidate's are not, while it is tried.
    pub(crate) fn start_tasks(self: &Arc<Self>) -> io::Result<()> {
        state_keeper(self)?;
        self.schedule.start(self, &self.workers)
    }

    /// No task is called any more, and no WebSocket stays open.
    pub(crate) fn stop_tasks_and_sockets(&self) {
        self.schedule.end();
        self.environment.sockets.close();
    }

    pub(crate) fn sockets(&self) -> &Sockets {
        &self.environment.sockets
    }

    /// Tells pages that a feature's data have changed.
    pub(crate) fn changed(&self, feature: &Slug) {
        self.environment.outlet.changed(feature);
    }

    pub(crate) fn with(artifacts: PathBuf, environment: Environment, recorder: Recorder) -> io::Result<Arc<Self>> {
        load::prepare_maps()?;
        let workers = Workers::new(recorder);
        watchdog::start(&workers, || {
            tracing::error!("a worker is stuck in a call that no tick reaches; this process has to be replaced");
            std::process::abort();
        })?;
        let (reaper, thread) = Reaper::start(workers.clone(), environment.outlet.clone())?;
        Ok(Arc::new(Self {
            artifacts,
            environment: Arc::new(environment),
            table: ArcSwap::default(),
            features: Mutex::default(),
            workers,
            reaper,
            reaper_thread: Mutex::new(Some(thread)),
            schedule: Arc::default(),
            reopened: Notify::new(),
            written: Mutex::default(),
        }))
    }

    /// Makes this thread one on which calls may be dispatched.
    pub fn join(self: &Arc<Self>) -> Worker {
        let live = Arc::downgrade(self);
        Worker::join(
            &self.workers,
            Box::new(move || {
                if let Some(live) = live.upgrade() {
                    live.leave();
                }
            }),
        )
    }

    /// Runs the thread-local destructors that the open libraries have recorded on this thread, which is about to end.
    fn leave(&self) {
        let mounts: Vec<Arc<Mount>> = self.table.load().values().cloned().chain(self.reaper.draining()).collect();
        for mount in mounts {
            // A library without a lease is the reaper's: its job has run here already.
            if let Ok(lease) = Lease::take(&mount) {
                worker::enter(mount.number, call::POLL_BUDGET_MS, lease.mount().library.thread_destructors());
            }
        }
    }

    /// Loads an artifact and leads its feature's routes to it; the revision that served before drains and is unloaded.
    /// The same artifact of the same revision, mounted already, only takes the settings over. Blocks for about a
    /// millisecond; not for workers.
    pub fn mount(&self, order: Order) -> Result<MountedReport, MountError> {
        let began = Instant::now();
        let mut features = self.features();
        if let Some(mounted) = self.table.load().get(order.feature.as_str())
            && mounted.artifact == order.artifact
            && mounted.revision == order.revision
        {
            mounted.feature.settings.store(Arc::new(order.settings));
            return Ok(report(mounted, Duration::ZERO, began.elapsed()));
        }
        let feature = features.get(&order.feature).and_then(Weak::upgrade);
        let feature =
            feature.unwrap_or_else(|| Arc::new(Feature::new(order.feature.clone(), order.settings.clone(), self.environment.clone())));
        if order.presentation.capabilities.iter().any(|c| c == "kv") {
            // Here rather than in a worker: it waits for the disk.
            feature.store().map_err(|e| MountError::Storage(e.to_string()))?;
        }
        if order.presentation.capabilities.iter().any(|c| c == SQL) {
            feature.database().map_err(|e| MountError::Storage(e.to_string()))?;
        }
        let library = load_library(&self.artifacts.join(order.artifact.as_str()), &order.artifact)?;
        let loaded = began.elapsed();
        self.place(order, feature, library, loaded, &mut features)
    }

    /// The same for a library that is open already: the probe looks at each step.
    pub(crate) fn mount_library(&self, order: Order, library: Library) -> Result<MountedReport, MountError> {
        let feature = Arc::new(Feature::new(order.feature.clone(), order.settings.clone(), self.environment.clone()));
        self.place(order, feature, library, Duration::ZERO, &mut self.features())
    }

    fn place(
        &self,
        order: Order,
        feature: Arc<Feature>,
        library: Library,
        loaded: Duration,
        features: &mut HashMap<Slug, Weak<Feature>>,
    ) -> Result<MountedReport, MountError> {
        let began = Instant::now();
        let number = self.workers.recorder().name(&order.feature, order.revision);
        let (routes, state_version) = match self.init(&library, number, &feature, &order.presentation) {
            Ok(mounted) => mounted,
            Err(error) => {
                self.discard(library, number);
                return Err(error);
            }
        };
        let Order { revision, artifact, tier, presentation, settings, feature: slug } = order;
        feature.settings.store(Arc::new(settings));
        let prepared =
            Prepared { feature: feature.clone(), revision, artifact, tier, presentation, routes, number, library, state_version };
        let mount = Mount::new(prepared, self.reaper.clone());
        if let Err(error) = self.hand_over(&mount) {
            self.discard(mount.library, number);
            return Err(error);
        }
        let mount = Arc::new(mount);
        let report = report(&mount, loaded, began.elapsed());
        features.retain(|_, feature| feature.strong_count() > 0);
        features.insert(slug.clone(), Arc::downgrade(&feature));
        let tasks = mount.clone();
        let old = self.flip(slug.as_str(), Some(mount));
        self.reopened.notify_waiters();
        feature.circuit.close();
        self.schedule.set(&slug, tasks.routes.tasks());
        drop(tasks);
        if let Some(old) = old {
            self.reaper.retire(old);
        }
        feature.forget_other_routes();
        Ok(report)
    }

    /// Runs `mount` in the library and checks what it registered.
    fn init(
        &self,
        library: &Library,
        number: u64,
        feature: &Feature,
        presentation: &Presentation,
    ) -> Result<(Routes, Option<u32>), MountError> {
        let declared = worker::enter_for_mount(&self.workers, number, MOUNT_BUDGET, || {
            let most = Most { routes: MAX_ROUTES, migrations: MAX_MIGRATIONS, migration: MOST_MIGRATION };
            let declared = library.init(services::host_module(), most);
            if !worker::is_worker() {
                // This thread will not run the library again, and nobody could ask it to clean up later.
                library.thread_destructors()();
            }
            declared
        });
        let Declared { routes, migrations, state_version } = declared.map_err(|fault| match fault {
            CaughtFault { kind: fault_kind::PANIC, message, location } => MountError::Panicked { message, location },
            CaughtFault { .. } => MountError::Budget,
        })?;
        let routes = Routes::check(routes, feature)?;
        migrate(feature, presentation, &migrations)?;
        Ok((routes, state_version))
    }

    /// Gives a revision that is about to serve the state of the one that serves, which from then on takes no calls; or that
    /// of the last snapshot. When it fails, the old one serves on.
    fn hand_over(&self, new: &Mount) -> Result<(), MountError> {
        if new.state_version.is_none() {
            return Ok(());
        }
        let slug = new.feature.slug.as_str();
        let old = self.table.load().get(slug).filter(|old| old.state_version.is_some()).cloned();
        let Some(old) = old else {
            let snapshot = self.environment.state_folder().and_then(|folder| state::read(folder, slug));
            if let Some((saved, age)) = snapshot {
                let restored = state::restore(new, &self.workers, &saved);
                let told = match &restored {
                    Ok(()) => format!("the state is that of a snapshot {} s old", age.as_secs()),
                    Err(fault) => format!("the state on disk could not be restored, it begins empty: {}", fault.message),
                };
                new.feature.log(new.revision, LogLevel::Warn, &told);
            }
            return Ok(());
        };
        let reopen = || self.reopened.notify_waiters();
        if !state::quiet(&old, reopen) {
            return Err(MountError::State("calls of the old revision did not end".to_owned()));
        }
        let handed = state::save(&old, &self.workers).and_then(|saved| state::restore(new, &self.workers, &saved));
        handed.map_err(|fault| {
            old.reopen();
            reopen();
            MountError::State(fault.message)
        })
    }

    /// Writes the state of features to disk where it has changed.
    pub(crate) fn snapshot(&self) {
        let Some(folder) = self.environment.state_folder() else { return };
        let mounts: Vec<Arc<Mount>> = self.table.load().values().cloned().collect();
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        state::snapshot(&mounts, &self.workers, folder, &mut written);
    }

    /// Closes a library that never served.
    fn discard(&self, library: Library, number: u64) {
        let closed = worker::enter_for_mount(&self.workers, number, MOUNT_BUDGET, || {
            library.thread_destructors()();
            library.close()
        });
        if !closed.verified {
            tracing::warn!("a refused library could not be unmapped and stays");
        }
    }

    /// Removes a feature's routes and unloads it; `false` when it was not mounted. Its data stays.
    pub fn unmount(&self, feature: &Slug) -> bool {
        let _one = self.features();
        self.snapshot();
        let old = self.flip(feature.as_str(), None);
        self.schedule.set(feature, std::iter::empty());
        self.environment.sockets.close_feature(feature);
        let was_mounted = old.is_some();
        if let Some(old) = old {
            self.reaper.retire(old);
        }
        was_mounted
    }

    /// Changes what a mounted feature may use; `false` when it is not mounted.
    pub fn configure(&self, feature: &Slug, settings: FeatureSettings) -> bool {
        let table = self.table.load();
        let Some(mount) = table.get(feature.as_str()) else { return false };
        mount.feature.settings.store(Arc::new(settings));
        true
    }

    /// What the newest unload found.
    pub(crate) fn last_closed(&self) -> Option<load::Closed> {
        self.reaper.unloads().last
    }

    /// Whether a feature of this name is mounted.
    pub fn is_mounted(&self, slug: &str) -> bool {
        self.table.load().contains_key(slug)
    }

    /// Calls under way, in serving and draining libraries.
    pub fn in_flight(&self) -> usize {
        let serving: usize = self.table.load().values().map(|mount| mount.leases()).sum();
        serving + self.reaper.draining().iter().map(|mount| mount.leases()).sum::<usize>()
    }

    /// What is mounted, loaded, draining and unloaded. Process-wide figures are left to the caller.
    pub fn report(&self) -> LiveReport {
        let table = self.table.load();
        let mut mounts: Vec<&Arc<Mount>> = table.values().collect();
        mounts.sort_by(|a, b| a.feature.slug.cmp(&b.feature.slug));
        let draining = self.reaper.draining();
        let unloads = self.reaper.unloads();
        let routes = mounts.iter().flat_map(|mount| {
            mount.routes.all().iter().map(|route| RouteStatistics {
                method: route.spec.method.clone(),
                path: absolute(&mount.feature.slug, &route.spec.path),
                feature: mount.feature.slug.clone(),
                revision: mount.revision,
                calls: route.calls.figures(),
            })
        });
        let serving = mounts.iter().map(|mount| loaded(mount, true));
        let libraries: Vec<LoadedLibrary> = serving.chain(draining.iter().map(|mount| loaded(mount, false))).collect();
        LiveReport {
            routes: routes.collect(),
            in_flight: libraries.iter().map(|library| library.leases).sum(),
            libraries,
            unloads_verified: unloads.verified,
            pinned: unloads.pinned,
            unloads: unloads.newest.into(),
            resident_bytes: load::resident_bytes(),
            workers: 0,
            dropped: self.environment.dropped.load(std::sync::atomic::Ordering::Relaxed),
            layers: Vec::new(),
        }
    }

    /// Calls a feature's route on this thread, which has joined.
    pub async fn dispatch(&self, ask: Ask<'_>) -> Reply {
        match self.try_dispatch(ask).await {
            Ok(answered) => answered.into(),
            Err(failure) => failure.into(),
        }
    }

    pub(crate) async fn try_dispatch(&self, ask: Ask<'_>) -> Result<call::Answered, Failure> {
        let started = Instant::now();
        let (slug, path) = split(ask.path);
        let mut found = Some(self.find_open(slug, ask.method, path).await?);
        let begun = poll_fn(|cx| {
            let found = found.take().expect("this future is ready with its first poll");
            let headers: Vec<Header<'_>> =
                ask.headers.iter().map(|(name, value)| Header { name: RStr::from_str(name), value: RSlice::from_slice(value) }).collect();
            Poll::Ready(begin(found, started, ask.method, path, ask.query, &headers, ask.body, ask.visitor, cx))
        });
        call::complete(begun.await?).await
    }

    /// Finds a route; waits while the feature's state moves from one revision to the next.
    pub(crate) async fn find_open<'p>(&self, slug: &str, method: &str, path: &'p str) -> Result<Found<'p>, Failure> {
        let until = Instant::now() + HELD_PATIENCE;
        loop {
            match self.find(slug, method, path) {
                Err(Failure::Held) => {}
                found => return found,
            }
            let reopened = self.reopened.notified();
            match self.find(slug, method, path) {
                Err(Failure::Held) if tokio::time::timeout_at(until.into(), reopened).await.is_err() => return Err(Failure::Held),
                Err(Failure::Held) => {}
                found => return found,
            }
        }
    }

    /// Finds a route and leases it; [`Failure::Held`] while its state moves.
    pub(crate) fn find<'p>(&self, slug: &str, method: &str, path: &'p str) -> Result<Found<'p>, Failure> {
        let lease = loop {
            let table = self.table.load();
            let mount = table.get(slug).ok_or(Failure::NoFeature)?;
            match Lease::take(mount) {
                Ok(lease) => break lease,
                Err(NoLease::Held) => return Err(Failure::Held),
                // After we read the table, so the table has changed.
                Err(NoLease::Shut) => {}
            }
        };
        let mount = lease.mount();
        match mount.routes.find(method, path) {
            Matched::Route(route, values) => {
                let settings = mount.feature.settings.load();
                if settings.paused {
                    return Err(Failure::Paused);
                }
                if let Some(left) = mount.feature.circuit.rests() {
                    return Err(Failure::Rests { seconds: left.as_secs() + 1 });
                }
                if mount.leases() > settings.concurrent_calls as usize {
                    return Err(Failure::Busy);
                }
                drop(settings);
                Ok(Found { lease, route, values })
            }
            Matched::OtherMethods(allowed) => Err(Failure::Method { allowed }),
            Matched::Nothing => Err(Failure::NoRoute),
        }
    }

    fn features(&self) -> MutexGuard<'_, HashMap<Slug, Weak<Feature>>> {
        self.features.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes one entry of the route table; the caller holds `features`, so changes do not overtake each other.
    fn flip(&self, slug: &str, mount: Option<Arc<Mount>>) -> Option<Arc<Mount>> {
        let mut table = Table::clone(&self.table.load());
        let old = match mount {
            Some(mount) => table.insert(slug.into(), mount),
            None => table.remove(slug),
        };
        self.table.store(Arc::new(table));
        old
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let table = self.table.swap(Arc::default());
        for mount in table.values() {
            self.reaper.retire(mount.clone());
        }
        drop(table);
        self.schedule.end();
        self.reaper.end();
        // Not joined: calls may be under way on the thread that drops us, and the reaper waits for them.
        drop(self.reaper_thread.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("features", &self.table.load().keys().collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

/// Makes the call that was found and polls it once.
#[allow(clippy::too_many_arguments)] // the parts of one request, each borrowed from another place
pub(crate) fn begin(
    found: Found<'_>,
    started: Instant,
    method: &str,
    path: &str,
    query: &str,
    headers: &[Header<'_>],
    body: &[u8],
    visitor: &str,
    cx: &Context<'_>,
) -> Result<call::Begun, Failure> {
    let Found { lease, route, values } = found;
    let decoded = values.iter().map(|value| percent_decode(value).ok_or(Failure::BadPath)).collect::<Result<Vec<_>, _>>()?;
    // The names lie in the mount, which the lease keeps; the shared handle lets them be borrowed while the lease moves.
    let mount = if decoded.is_empty() { None } else { Some(lease.shared().clone()) };
    let names = mount.as_ref().map_or(&[][..], |mount| &mount.routes.all()[route].params);
    let params: Vec<Param<'_>> =
        names.iter().zip(&decoded).map(|(name, value)| Param { name: RStr::from_str(name), value: RStr::from_str(value) }).collect();
    let view = RequestView {
        route: u32::try_from(route).expect("MAX_ROUTES fits in u32"),
        method: RStr::from_str(method),
        path: RStr::from_str(path),
        query: RStr::from_str(query),
        params: RSlice::from_slice(&params),
        headers: RSlice::from_slice(headers),
        body: RSlice::from_slice(body),
        visitor: RStr::from_str(visitor),
    };
    call::begin(lease, &view, started, cx)
}

/// The thread that writes snapshots; it ends with `live`.
fn state_keeper(live: &Arc<Live>) -> io::Result<()> {
    let live = Arc::downgrade(live);
    let keep = move || {
        loop {
            std::thread::sleep(state::SNAPSHOT_EVERY);
            let Some(live) = live.upgrade() else { return };
            live.snapshot();
        }
    };
    std::thread::Builder::new().name("kandra-states".to_owned()).spawn(keep).map(drop)
}

/// Copies, hashes, opens and checks an artifact.
pub(crate) fn load_library(path: &Path, hash: &ArtifactHash) -> Result<Library, LoadError> {
    Library::open(Image::copy(path, hash)?)
}

/// The feature's name and the path within the feature.
pub(crate) fn split(path: &str) -> (&str, &str) {
    let rest = path.strip_prefix('/').unwrap_or(path);
    match rest.find('/') {
        Some(slash) => (&rest[..slash], &rest[slash..]),
        None => (rest, "/"),
    }
}

/// Brings the feature's SQL database to the shape that a new revision needs. The old one may still use it: its statements
/// wait meanwhile, and migrations only add.
fn migrate(feature: &Feature, presentation: &Presentation, migrations: &[String]) -> Result<(), MountError> {
    if migrations.is_empty() {
        return Ok(());
    }
    let refuse = |reason: &str| Err(MountError::Migration(reason.to_owned()));
    if !presentation.capabilities.iter().any(|c| c == SQL) {
        return refuse("migrations need the capability `sql` in Cargo.toml");
    }
    if migrations.len() > MAX_MIGRATIONS {
        return refuse("there are more than 200 migrations");
    }
    if migrations.iter().any(|text| text.len() > MOST_MIGRATION) {
        return refuse("a migration is longer than 16 KiB; use several");
    }
    let database = feature.database().map_err(|e| MountError::Storage(e.to_string()))?;
    match database.migrate(migrations) {
        Ok(0) => Ok(()),
        Ok(count) => {
            tracing::info!(feature = %feature.slug, count, "migrations were run");
            Ok(())
        }
        Err(error @ MigrationError::Step { .. }) => Err(MountError::Migration(error.to_string())),
        Err(error) => Err(MountError::Storage(error.to_string())),
    }
}

fn absolute(slug: &Slug, path: &str) -> String {
    format!("/{slug}{path}")
}

fn loaded(mount: &Mount, serving: bool) -> LoadedLibrary {
    LoadedLibrary {
        feature: mount.feature.slug.clone(),
        revision: mount.revision,
        artifact: mount.artifact.clone(),
        tier: mount.tier,
        serving,
        leases: mount.leases() as u64,
    }
}

fn report(mount: &Mount, load: Duration, mounted: Duration) -> MountedReport {
    let micros = |d: Duration| u64::try_from(d.as_micros()).unwrap_or(u64::MAX);
    let routes: Vec<RouteSpec> = mount.routes.all().iter().map(|route| route.spec.clone()).collect();
    MountedReport {
        widget: routes.iter().any(|route| route.method == "GET" && route.path == "/widget"),
        routes,
        load_us: micros(load),
        mount_us: micros(mounted),
    }
}
