//! One process from its launch until it has loaded what it is to serve. It holds neither the features' data nor the
//! socket yet, so another one may serve meanwhile.

use super::{
    Load, SILENCE, Unrestored,
    connection::Connection,
    crashes::describe,
    process::{Death, Keeper, Launcher},
    restore,
};
use crate::live_handle::LiveError;
use kandra_jail::SharedMap;
use kandra_model::{Revision, Slug, Timestamp};
use kandra_store::Store;
use kandra_wire::{Command, CommandId, Envelope, Outcome, ToControl, ToLive, recorder};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    time::Instant,
};

/// How long a new process may take until its first frame.
const BIRTH: Duration = Duration::from_secs(15);
/// How long one feature may take, although the process shows that it lives.
const LOADING: Duration = Duration::from_secs(20);

/// What starting takes.
pub(super) struct Starter {
    pub launcher: Arc<dyn Launcher>,
    pub store: Store,
    pub mounts: Arc<Mutex<()>>,
}

/// A process that waits for its turn. As long as the guard is held nothing else is mounted.
pub(super) struct Started {
    pub connection: Connection,
    pub keeper: Keeper,
    pub recorder: Arc<SharedMap>,
    pub loaded: Vec<Slug>,
    pub unrestored: Vec<Unrestored>,
    pub guard: OwnedMutexGuard<()>,
    /// The first free number for a command.
    pub next_id: u64,
}

/// A process that never came to wait, or none at all.
pub(super) struct NotStarted {
    pub death: Death,
    pub reason: String,
    /// What its flight recorder showed.
    pub suspects: Vec<(Slug, Revision)>,
    /// What was being loaded.
    pub mounting: Vec<(Slug, Revision)>,
}

impl NotStarted {
    pub(super) fn because(reason: impl ToString) -> Self {
        Self { death: Death::Lost, reason: reason.to_string(), suspects: Vec::new(), mounting: Vec::new() }
    }
}

/// Why loading ended early.
enum Trouble {
    Died(Death),
    Failed(String),
}

/// What a new process is asked to load, and what became of it.
#[derive(Default)]
struct Loading {
    under_way: HashMap<CommandId, (Slug, Revision)>,
    loaded: Vec<Slug>,
    unrestored: Vec<Unrestored>,
    next_id: u64,
}

impl Starter {
    pub(super) async fn run(self, load: Load) -> Result<Started, NotStarted> {
        let map = SharedMap::create(c"kandra-recorder", recorder::MAP_WORDS)
            .map_err(|error| NotStarted::because(format!("the flight recorder could not be made: {error}")))?;
        let map = Arc::new(map);
        let (mut connection, wire) =
            Connection::open().map_err(|error| NotStarted::because(format!("the wire could not be made: {error}")))?;
        let (launcher, shown) = (Arc::clone(&self.launcher), Arc::clone(&map));
        let launched = tokio::task::spawn_blocking(move || launcher.launch(wire, &shown)).await;
        let process = launched.map_err(NotStarted::because)?.map_err(NotStarted::because)?;
        let mut keeper = Keeper::keep(process).map_err(NotStarted::because)?;
        let mut loading = Loading { next_id: 1, ..Loading::default() };
        match self.load(&mut connection, &mut keeper, load, &mut loading).await {
            Ok(guard) => {
                let Loading { loaded, unrestored, next_id, .. } = loading;
                Ok(Started { connection, keeper, recorder: map, loaded, unrestored, guard, next_id })
            }
            Err(trouble) => {
                let (death, reason) = match trouble {
                    Trouble::Died(death) => (death, describe(death)),
                    Trouble::Failed(reason) => (Death::Lost, reason),
                };
                let suspects = recorder::suspects(&map.snapshot());
                Err(NotStarted { death, reason, suspects, mounting: loading.under_way.into_values().collect() })
            }
        }
    }

    async fn load(
        &self,
        connection: &mut Connection,
        keeper: &mut Keeper,
        load: Load,
        loading: &mut Loading,
    ) -> Result<OwnedMutexGuard<()>, Trouble> {
        tokio::select! {
            hello = tokio::time::timeout(BIRTH, connection.greet()) => match hello {
                Ok(result) => result.map_err(Trouble::Failed)?,
                Err(_) => return Err(Trouble::Failed(format!("the live process said nothing for {} s", BIRTH.as_secs()))),
            },
            death = keeper.died() => return Err(Trouble::Died(death)),
        }
        let guard = Arc::clone(&self.mounts).lock_owned().await;
        let mut rest = match load {
            Load::Nothing => Vec::new(),
            Load::Everything | Load::OneByOne => {
                restore::current_set(&self.store).await.map_err(|error| Trouble::Failed(error.to_string()))?
            }
        };
        rest.reverse();
        let mut answered = Instant::now();
        let at_once = if load == Load::OneByOne { 1 } else { 64 };
        loop {
            while loading.under_way.len() < at_once
                && let Some((feature, revision, command)) = rest.pop()
            {
                loading.ask(connection, feature, revision, command)?;
            }
            if loading.under_way.is_empty() {
                return Ok(guard);
            }
            let message = tokio::select! {
                biased;
                death = keeper.died() => return Err(Trouble::Died(death)),
                message = tokio::time::timeout(SILENCE, connection.next()) => message,
            };
            let late =
                |patience: Duration| Trouble::Failed(format!("the live process gave no sign for {} s while it loaded", patience.as_secs()));
            match message {
                Ok(Some(message)) if loading.take(&message) => answered = Instant::now(),
                Ok(Some(_)) if answered.elapsed() < LOADING => {}
                Ok(Some(_)) => return Err(late(LOADING)),
                Ok(None) => {
                    // It is dying, or does not speak the wire: either way its end follows.
                    keeper.kill();
                    return Err(Trouble::Died(keeper.died().await));
                }
                Err(_) => return Err(late(SILENCE)),
            }
        }
    }
}

impl Loading {
    fn ask(&mut self, connection: &Connection, feature: Slug, revision: Revision, command: Command) -> Result<(), Trouble> {
        let id = CommandId(self.next_id);
        self.next_id += 1;
        let deadline = Timestamp::now().plus_millis(i64::try_from(LOADING.as_millis()).unwrap_or(i64::MAX));
        let full = |_| Trouble::Failed("the live process does not read its commands".to_owned());
        connection.send(ToLive::Command(Envelope { id, deadline, command })).map_err(full)?;
        self.under_way.insert(id, (feature, revision));
        Ok(())
    }

    /// Whether it was an answer. Nothing else counts: a process that does not serve has nothing to say.
    fn take(&mut self, message: &ToControl) -> bool {
        let ToControl::Reply { id, outcome } = message else { return false };
        let Some((feature, revision)) = self.under_way.remove(id) else { return false };
        match outcome {
            Outcome::Refused(refusal) => {
                self.unrestored.push(Unrestored { feature, revision, problem: LiveError::Refused(refusal.clone()) });
            }
            _ => self.loaded.push(feature),
        }
        true
    }
}
