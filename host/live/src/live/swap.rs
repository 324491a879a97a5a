//! Mounting, swapping, unmounting: what happens to a revision between its file and its route table.

use super::{Live, Table};
use crate::{
    feature::Feature,
    load::{CaughtFault, Declared, Image, Library, LoadError, Most},
    mount::{Mount, Prepared},
    operation::SQL,
    routes::{MAX_ROUTES, RouteError, Routes},
    services,
    sql::{MAX_MIGRATIONS, MOST_MIGRATION, MigrationError},
    state, worker,
};
use kandra_abi::fault_kind;
use kandra_model::{ArtifactHash, Presentation, Revision, RouteSpec, Slug, Tier, Timestamp};
use kandra_wire::{FeatureSettings, LogLevel, MountedReport, Refusal};
use std::{
    collections::HashMap,
    io,
    path::Path,
    sync::{Arc, PoisonError, Weak},
    time::{Duration, Instant},
};

/// How long `mount` may take.
const MOUNT_BUDGET: Duration = Duration::from_millis(kandra_model::probe::MOUNT_MILLIS);

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

/// What becomes of the SQL data at a mount.
#[derive(Clone, Copy, Debug)]
enum Data {
    Stays,
    /// To what they were when the database had the shape that the revision knows.
    GoesBack,
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

impl Live {
    /// Loads an artifact and leads its feature's routes to it; the revision that served before drains and is unloaded.
    /// The same artifact of the same revision, mounted already, only takes the settings over. Blocks for about a
    /// millisecond; not for workers.
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
            return Ok(report(mounted, Duration::ZERO, began.elapsed(), None));
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
        self.place(order, feature, library, (loaded, data), &mut features)
    }

    /// The same for a library that is open already: the probe looks at each step.
    pub(crate) fn mount_library(&self, order: Order, library: Library) -> Result<MountedReport, MountError> {
        let feature = Arc::new(Feature::new(order.feature.clone(), order.settings.clone(), self.environment.clone()));
        self.place(order, feature, library, (Duration::ZERO, Data::Stays), &mut self.features())
    }

    fn place(
        &self,
        order: Order,
        feature: Arc<Feature>,
        library: Library,
        (loaded, data): (Duration, Data),
        features: &mut HashMap<Slug, Weak<Feature>>,
    ) -> Result<MountedReport, MountError> {
        let began = Instant::now();
        let number = self.workers.recorder().name(&order.feature, order.revision);
        let (routes, state_version, restored) = match self.init(&library, number, &feature, &order.presentation, data) {
            Ok(mounted) => mounted,
            Err(error) => {
                self.discard(library, number);
                return Err(error);
            }
        };
        let Order { revision, artifact, tier, presentation, settings, feature: slug } = order;
        let prepared =
            Prepared { feature: feature.clone(), revision, artifact, tier, presentation, routes, number, library, state_version };
        let mount = Mount::new(prepared, self.reaper.clone());
        mount.configure(settings);
        if let Err(error) = self.hand_over(&mount) {
            self.discard(mount.library, number);
            return Err(error);
        }
        let mount = Arc::new(mount);
        let report = report(&mount, loaded, began.elapsed(), restored);
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
        data: Data,
    ) -> Result<(Routes, Option<u32>, Option<Timestamp>), MountError> {
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
        let restored = match data {
            Data::Stays => None,
            Data::GoesBack => restore_data(feature, presentation, &migrations)?,
        };
        migrate(feature, presentation, &migrations)?;
        Ok((routes, state_version, restored))
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
        handed.map_err(|fault: CaughtFault| {
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

/// Brings back the data that a revision's SQL database held when it had its shape.
fn restore_data(feature: &Feature, presentation: &Presentation, migrations: &[String]) -> Result<Option<Timestamp>, MountError> {
    if !presentation.capabilities.iter().any(|c| c == SQL) {
        return Err(MountError::Migration("this revision has no SQL database, so there are no data to bring back".to_owned()));
    }
    let database = feature.database().map_err(|e| MountError::Storage(e.to_string()))?;
    let made = database.restore(migrations).map_err(|error| match error {
        error @ MigrationError::NoCopy => MountError::Migration(error.to_string()),
        error => MountError::Storage(error.to_string()),
    })?;
    Ok(made.map(|made| {
        let since = made.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }))
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

fn report(mount: &Mount, load: Duration, mounted: Duration, restored: Option<Timestamp>) -> MountedReport {
    let micros = |d: Duration| u64::try_from(d.as_micros()).unwrap_or(u64::MAX);
    let routes: Vec<RouteSpec> = mount.routes.all().iter().map(|route| route.spec.clone()).collect();
    MountedReport {
        widget: routes.iter().any(|route| route.method == "GET" && route.path == "/widget"),
        routes,
        load_us: micros(load),
        mount_us: micros(mounted),
        restored,
    }
}
