//! The whole of live without a socket: artifacts in, a route table, calls, swaps, unloads.

mod connect;
mod data;
mod dispatch;
mod swap;

pub use dispatch::{Ask, Reply};
pub(crate) use dispatch::{begin, split};
pub(crate) use swap::{Loaded, load_library};
pub use swap::{MountError, Order};

use crate::{
    environment::{Clock, Environment, Outlet, Random, Storage},
    feature::Feature,
    kv::Checkpointer,
    load,
    mount::{Lease, Mount},
    reaper::Reaper,
    recorder::Recorder,
    schedule::Schedule,
    sockets::Sockets,
    state, watchdog,
    worker::{self, Slot, Worker, Workers},
};
use arc_swap::ArcSwap;
use kandra_model::Slug;
use kandra_wire::{FeatureSettings, LiveReport, LoadedLibrary, LogLevel, RouteStatistics, SwapReport};
use std::{
    collections::{HashMap, VecDeque},
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak, atomic::Ordering},
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tokio::sync::Notify;

/// How long somebody who was told of a stuck worker may take to replace the process.
const REPLACE_WITHIN: Duration = Duration::from_secs(12);

/// What a [`Live`] needs.
pub struct Config {
    /// Where artifacts are, each a file named by its hash.
    pub artifacts: PathBuf,
    /// Where features' databases are kept.
    pub features: PathBuf,
    /// Where features' words go.
    pub outlet: Arc<dyn Outlet>,
}

type Table = HashMap<Box<str>, Arc<Mount>>;

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
    /// How long the newest swaps took.
    swaps: Mutex<VecDeque<SwapReport>>,
    /// What is loaded and waits until this process may serve; `None`: it serves.
    dormant: Mutex<Option<Vec<Loaded>>>,
}

/// Whether a [`Live`] serves from its start, or first loads while another process still serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Serves,
    Waits,
}

impl Live {
    /// Starts the threads that watch, unload and write back; they end when the value is dropped.
    pub fn start(config: Config) -> io::Result<Arc<Self>> {
        let storage = Storage::Directory { path: config.features, checkpointer: Checkpointer::start()? };
        let environment = Environment::new(Clock::System, Random::System, storage, config.outlet);
        let live = Self::with(config.artifacts, environment, Recorder::default(), Standing::Serves)?;
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

    pub(crate) fn with(artifacts: PathBuf, environment: Environment, recorder: Recorder, standing: Standing) -> io::Result<Arc<Self>> {
        load::prepare_maps()?;
        let workers = Workers::new(recorder.clone());
        let (reaper, thread) = Reaper::start(workers.clone(), environment.outlet.clone())?;
        let live = Arc::new(Self {
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
            swaps: Mutex::default(),
            dormant: Mutex::new((standing == Standing::Waits).then(Vec::new)),
        });
        let _ = live.environment.live.set(Arc::downgrade(&live));
        watchdog::start(&live.workers, Self::told(&live, recorder))?;
        Ok(live)
    }

    /// What is done about calls that do not stop.
    fn told(live: &Arc<Self>, recorder: Recorder) -> watchdog::Told {
        let (heeding, holding) = (Arc::downgrade(live), Arc::downgrade(live));
        let since = Mutex::new(None::<Instant>);
        let heedless = move |library| {
            if let Some(live) = heeding.upgrade() {
                live.rest(library);
            }
        };
        let stuck = move |slot: &Slot| {
            let library = slot.library.load(Ordering::Relaxed);
            let mut since = since.lock().unwrap_or_else(PoisonError::into_inner);
            let handled = match *since {
                Some(since) => since.elapsed() < REPLACE_WITHIN,
                // A mount keeps those commands waiting with which this process would be replaced.
                None => slot.serves() && holding.upgrade().is_some_and(|live| live.tell_stuck(library)),
            };
            if !handled {
                tracing::error!("a worker is stuck in a call that no tick reaches, and nobody replaces this process: it ends");
                recorder.blame(library);
                std::process::abort();
            }
            since.get_or_insert_with(Instant::now);
        };
        watchdog::Told { heedless: Box::new(heedless), stuck: Box::new(stuck) }
    }

    /// Says which feature a worker is stuck in; `false` when nobody will replace the process.
    fn tell_stuck(&self, library: u64) -> bool {
        let found = self.table.load().values().cloned().chain(self.reaper.draining()).find(|mount| mount.number == library);
        found.is_some_and(|mount| self.environment.outlet.stuck(&mount.feature.slug, mount.revision))
    }

    /// A call of this library does not end: its feature gets no further worker for a while.
    fn rest(&self, library: u64) {
        let table = self.table.load();
        let Some(mount) = table.values().find(|mount| mount.number == library) else { return };
        let rest = mount.feature.circuit.rest();
        let told = format!("a call went on after its budget was used up: the feature rests for {} s", rest.as_secs());
        mount.feature.log(mount.revision, LogLevel::Error, &told);
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
                worker::enter(mount.number, mount.feature.poll_ms(), lease.mount().library.thread_destructors());
            }
        }
    }

    /// Changes what a mounted feature may use; `false` when it is not mounted.
    pub fn configure(&self, feature: &Slug, settings: FeatureSettings) -> bool {
        // No library is closed meanwhile.
        let _one = self.features();
        if let Some(loaded) = self.dormant().iter_mut().flatten().find(|loaded| loaded.slug() == feature) {
            loaded.set(settings);
            return true;
        }
        let table = self.table.load();
        let Some(mount) = table.get(feature.as_str()) else { return false };
        mount.configure(settings);
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
            swaps: self.swaps.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect(),
            resident_bytes: load::resident_bytes(),
            workers: 0,
            dropped: self.environment.dropped.load(std::sync::atomic::Ordering::Relaxed),
            layers: Vec::new(),
        }
    }

    fn dormant(&self) -> MutexGuard<'_, Option<Vec<Loaded>>> {
        self.dormant.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn features(&self) -> MutexGuard<'_, HashMap<Slug, Weak<Feature>>> {
        self.features.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let table = self.table.swap(Arc::default());
        for mount in table.values() {
            self.reaper.retire(mount.clone());
        }
        drop(table);
        for loaded in self.dormant().take().into_iter().flatten() {
            self.close(loaded);
        }
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
