//! Mounting, swapping, unmounting: what happens to a revision between its file and its route table.

use super::{
    Live, Table,
    data::{self, Data},
};
use crate::{
    feature::Feature,
    load::{CaughtFault, Declared, Image, Library, LoadError, Most},
    mount::{Mount, Prepared},
    routes::{MAX_ROUTES, RouteError, Routes},
    services,
    sql::{MAX_MIGRATIONS, MOST_MIGRATION},
    state, worker,
};
use kandra_abi::fault_kind;
use kandra_model::{ArtifactHash, Presentation, Revision, RouteSpec, Slug, Tier, Timestamp};
use kandra_wire::{FeatureSettings, LogLevel, MountedReport, Refusal, SwapReport};
use std::{
    collections::HashMap,
    io,
    path::Path,
    sync::{Arc, PoisonError, Weak},
    time::{Duration, Instant},
};

/// How long `mount` may take.
const MOUNT_BUDGET: Duration = Duration::from_millis(kandra_model::probe::MOUNT_MILLIS);

/// How many swaps are remembered.
const REMEMBERED_SWAPS: usize = 50;

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

/// A revision whose library is open and whose `mount` has run; nothing leads to it yet.
#[derive(Debug)]
pub(crate) struct Loaded {
    mount: Mount,
    migrations: Vec<String>,
    settings: FeatureSettings,
    data: Data,
}

impl Loaded {
    pub(super) fn slug(&self) -> &Slug {
        &self.mount.feature.slug
    }

    pub(super) fn set(&mut self, settings: FeatureSettings) {
        self.settings = settings;
    }
}

/// A revision to which its feature's routes lead now.
struct Installed {
    mount: Arc<Mount>,
    /// How long new calls waited for it.
    held: Duration,
    /// When the copy was made that its SQL data were brought back from.
    restored: Option<Timestamp>,
}

type Features = HashMap<Slug, Weak<Feature>>;

impl Live {
    /// Loads an artifact and leads its feature's routes to it; the revision that served before drains and is unloaded.
    /// The same artifact of the same revision, mounted already, only takes the settings over. Blocks for about a
    /// millisecond; not for workers. In a process that does not serve yet it is only loaded, see [`Self::activate`].
    pub fn mount(&self, order: Order) -> Result<MountedReport, MountError> {
        self.mount_with(order, Data::Stays)
    }

    /// The same with the data of when its SQL database last had the shape that this revision knows.
    pub fn mount_with_data(&self, order: Order) -> Result<MountedReport, MountError> {
        self.mount_with(order, Data::GoesBack)
    }

    fn mount_with(&self, order: Order, data: Data) -> Result<MountedReport, MountError> {
        let began = Instant::now();
        let mut features = self.features();
        if let Some(mounted) = self.table.load().get(order.feature.as_str())
            && mounted.artifact == order.artifact
            && mounted.revision == order.revision
        {
            mounted.configure(order.settings);
            return Ok(report(mounted, None));
        }
        let feature = features.get(&order.feature).and_then(Weak::upgrade);
        let feature =
            feature.unwrap_or_else(|| Arc::new(Feature::new(order.feature.clone(), order.settings.clone(), self.environment.clone())));
        let library = load_library(&self.artifacts.join(order.artifact.as_str()), &order.artifact)?;
        let opened = Instant::now();
        let loaded = Loaded { data, ..self.load(order, feature, library)? };
        let ran = Instant::now();
        let mut dormant = self.dormant();
        if let Some(waiting) = dormant.as_mut() {
            let report = report(&loaded.mount, None);
            let same = waiting.iter().position(|other| other.slug() == loaded.slug());
            let before = same.map(|at| waiting.swap_remove(at));
            waiting.push(loaded);
            drop(dormant);
            if let Some(before) = before {
                self.close(before);
            }
            return Ok(report);
        }
        drop(dormant);
        let Installed { mount, held, restored } = self.install(loaded, &mut features)?;
        self.note(SwapReport {
            feature: mount.feature.slug.clone(),
            revision: mount.revision,
            load_us: micros(opened - began),
            mount_us: micros(ran - opened),
            hand_over_us: micros(ran.elapsed()),
            held_us: micros(held),
        });
        Ok(report(&mount, restored))
    }

    fn note(&self, swap: SwapReport) {
        let mut swaps = self.swaps.lock().unwrap_or_else(PoisonError::into_inner);
        if swaps.len() == REMEMBERED_SWAPS {
            swaps.pop_front();
        }
        swaps.push_back(swap);
    }

    /// The same for a library that is open already: the probe looks at each step.
    pub(crate) fn mount_library(&self, order: Order, library: Library) -> Result<MountedReport, MountError> {
        let feature = Arc::new(Feature::new(order.feature.clone(), order.settings.clone(), self.environment.clone()));
        let loaded = self.load(order, feature, library)?;
        Ok(report(&self.install(loaded, &mut self.features())?.mount, None))
    }

    /// From now on this process serves what it has loaded: opens the features' data, takes their states over, begins their
    /// tasks. Answers what could not be served, each with the reason. A second call changes nothing.
    pub(crate) fn activate(&self) -> Vec<(Slug, MountError)> {
        let mut features = self.features();
        let waiting = self.dormant().take().unwrap_or_default();
        let install = |loaded: Loaded| {
            let slug = loaded.slug().clone();
            self.install(loaded, &mut features).err().map(|error| (slug, error))
        };
        waiting.into_iter().filter_map(install).collect()
    }

    /// Runs `mount` in the library and checks what it registered.
    fn load(&self, order: Order, feature: Arc<Feature>, library: Library) -> Result<Loaded, MountError> {
        let Order { revision, artifact, tier, presentation, settings, feature: slug } = order;
        let number = self.workers.recorder().name(&slug, revision);
        let (routes, migrations, state_version) = match self.init(&library, number, &feature) {
            Ok(declared) => declared,
            Err(error) => {
                self.discard(library, number);
                return Err(error);
            }
        };
        let prepared = Prepared { feature, revision, artifact, tier, presentation, routes, number, library, state_version };
        Ok(Loaded { mount: Mount::new(prepared, self.reaper.clone()), migrations, settings, data: Data::Stays })
    }

    /// Opens the feature's data, hands its state over, and leads its routes here.
    fn install(&self, loaded: Loaded, features: &mut Features) -> Result<Installed, MountError> {
        let Loaded { mount, migrations, settings, data } = loaded;
        let feature = mount.feature.clone();
        mount.configure(settings);
        let opened = data::open(&feature, &mount.presentation, &migrations, data);
        let held_since = Instant::now();
        let (waited, restored) = match opened.and_then(|restored| Ok((self.hand_over(&mount)?, restored))) {
            Ok(handed) => handed,
            Err(error) => {
                self.discard(mount.library, mount.number);
                return Err(error);
            }
        };
        let mount = Arc::new(mount);
        let slug = &feature.slug;
        features.retain(|_, feature| feature.strong_count() > 0);
        features.insert(slug.clone(), Arc::downgrade(&feature));
        let old = self.flip(slug.as_str(), Some(mount.clone()));
        self.reopened.notify_waiters();
        let held = if waited { held_since.elapsed() } else { Duration::ZERO };
        feature.circuit.close();
        self.schedule.set(slug, mount.routes.tasks());
        if let Some(old) = old {
            self.reaper.retire(old);
        }
        feature.forget_other_routes();
        Ok(Installed { mount, held, restored })
    }

    fn init(&self, library: &Library, number: u64, feature: &Feature) -> Result<(Routes, Vec<String>, Option<u32>), MountError> {
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
        Ok((Routes::check(routes, feature)?, migrations, state_version))
    }

    /// Gives a revision that is about to serve the state of the one that serves, which from then on takes no calls; or that
    /// of the last snapshot. Answers whether calls wait meanwhile. When it fails, the old one serves on.
    fn hand_over(&self, new: &Mount) -> Result<bool, MountError> {
        if new.state_version.is_none() {
            return Ok(false);
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
            return Ok(false);
        };
        let reopen = || self.reopened.notify_waiters();
        if !state::quiet(&old, reopen) {
            return Err(MountError::State("calls of the old revision did not end".to_owned()));
        }
        let saved = state::save(&old, &self.workers).map(Some).or_else(|fault| {
            // What cannot be saved must not make a feature irreplaceable.
            let snapshot = self.environment.state_folder().and_then(|folder| state::read(folder, slug));
            let (saved, told) = match snapshot {
                Some((saved, age)) => (Some(saved), format!("that of a snapshot {} s old", age.as_secs())),
                None => (None, "empty".to_owned()),
            };
            let told = format!("the state could not be saved ({}); the new revision begins with one that is {told}", fault.message);
            new.feature.log(new.revision, LogLevel::Error, &told);
            Ok(saved)
        });
        let handed = saved.and_then(|saved| saved.map_or(Ok(()), |saved| state::restore(new, &self.workers, &saved)));
        handed.map(|()| true).map_err(|fault: CaughtFault| {
            old.reopen();
            reopen();
            MountError::State(fault.message)
        })
    }

    /// Writes the state of features to disk where it has changed.
    pub(crate) fn snapshot(&self) {
        let Some(folder) = self.environment.state_folder() else { return };
        self.write_states(&self.table.load().values().cloned().collect::<Vec<_>>(), folder);
    }

    fn write_states(&self, mounts: &[Arc<Mount>], folder: &Path) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        state::snapshot(mounts, &self.workers, folder, &mut written);
    }

    /// Closes one that never served.
    pub(super) fn close(&self, loaded: Loaded) {
        self.discard(loaded.mount.library, loaded.mount.number);
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
        let asleep = self.dormant().as_mut().map(|waiting| waiting.extract_if(.., |loaded| loaded.slug() == feature).collect::<Vec<_>>());
        if let Some(loaded) = asleep.and_then(|mut asleep| asleep.pop()) {
            self.close(loaded);
            return true;
        }
        if let (Some(folder), Some(mount)) = (self.environment.state_folder(), self.table.load().get(feature.as_str())) {
            self.write_states(std::slice::from_ref(mount), folder);
        }
        let old = self.flip(feature.as_str(), None);
        self.schedule.set(feature, std::iter::empty());
        self.environment.sockets.close_feature(feature);
        let was_mounted = old.is_some();
        if let Some(old) = old {
            self.reaper.retire(old);
        }
        was_mounted
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

/// Copies, hashes, opens and checks an artifact.
pub(crate) fn load_library(path: &Path, hash: &ArtifactHash) -> Result<Library, LoadError> {
    Library::open(Image::copy(path, hash)?)
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn report(mount: &Mount, restored: Option<Timestamp>) -> MountedReport {
    let routes: Vec<RouteSpec> = mount.routes.all().iter().map(|route| route.spec.clone()).collect();
    MountedReport { widget: routes.iter().any(|route| route.method == "GET" && route.path == "/widget"), routes, restored }
}
