//! Keeps one live process alive: starts it with its sockets, restores what should serve, answers commands, notices
//! silence and death, and starts the next.
//!
//! Every byte from live is hostile: frames are bounded by the codec, names are parsed, log lines and faults count only
//! for features that control itself has mounted.

mod connection;
mod crashes;
mod outgoing;
mod process;
mod restore;
mod talk;

pub(crate) use process::{JailLauncher, Launcher};
pub(crate) use restore::{Unrestored, settings};

use crate::{
    live_handle::{LiveEnd, LiveError},
    logs::LogWriter,
    outgoing::Outgoing,
};
use connection::Connection;
use crashes::{Crashes, describe};
use kandra_jail::SharedMap;
use kandra_model::{EventBody, FeatureState, LiveCondition, Revision, Slug};
use kandra_store::Store;
use kandra_wire::{Command, recorder};
use outgoing::Calls;
use process::{Death, Keeper};
use std::{collections::HashMap, future::Future, pin::pin, sync::Arc, time::Duration};
use talk::{Life, Waiter};
use tokio::{
    sync::{Mutex, mpsc, watch},
    time::Instant,
};

/// Live counts as stuck after so long without a frame; it sends one each second.
const SILENCE: Duration = Duration::from_secs(5);
/// How long a new process may take until its first frame.
const BIRTH: Duration = Duration::from_secs(15);
/// How long one restored feature may take.
const RESTORE: Duration = Duration::from_secs(20);

/// How long live may take to finish its calls when control stops.
pub(crate) const DRAIN: Duration = Duration::from_secs(15);

/// What the supervisor works with.
pub(crate) struct Supervisor {
    pub launcher: Arc<dyn Launcher>,
    pub end: LiveEnd,
    pub store: Store,
    pub logs: LogWriter,
    /// Makes features' calls to other servers.
    pub outgoing: Arc<Outgoing>,
    /// Held around every mount and what is recorded of it, so that a restore never undoes one.
    pub mounts: Arc<Mutex<()>>,
    /// Features that could not be restored.
    pub unrestored: mpsc::UnboundedSender<Unrestored>,
    /// Turns true when control stops.
    pub stop: watch::Receiver<bool>,
    /// Each message asks to leave safe mode, or to replace the process.
    pub retry: mpsc::Receiver<()>,
}

/// How a process's life ended.
enum End {
    /// It never came to serve: why.
    Unborn(String),
    Died(Death),
    Stopped,
}

/// How much of the current set a process gets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Load {
    Everything,
    /// One after the other, so that a library that crashes live while it is loaded is known.
    OneByOne,
    /// Safe mode.
    Nothing,
}

impl Supervisor {
    /// Runs until control stops and live has ended.
    pub(crate) async fn run(mut self) {
        let mut crashes = Crashes::default();
        let mut load = Load::Everything;
        loop {
            let recorder = match SharedMap::create(c"kandra-recorder", recorder::MAP_WORDS) {
                Ok(map) => Arc::new(map),
                Err(error) => {
                    self.down(format!("the flight recorder could not be made: {error}")).await;
                    if self.pause(Duration::from_secs(5)).await {
                        return;
                    }
                    continue;
                }
            };
            let mut mounting = Vec::new();
            let (death, reason) = match self.live(&recorder, load, &mut mounting).await {
                End::Stopped => return,
                End::Died(death) => (death, describe(death)),
                End::Unborn(problem) => (Death::Lost, problem),
            };
            let suspects = recorder::suspects(&recorder.snapshot());
            let verdict = crashes.note(Instant::now(), death, suspects, &mounting);
            tracing::warn!(?death, ?verdict, reason, "the live process ended");
            self.down(reason).await;
            for (feature, revision) in &verdict.guilty {
                self.quarantine(feature, *revision, death).await;
            }
            load = if verdict.give_up {
                Load::Nothing
            } else if mounting.len() > 1 {
                Load::OneByOne
            } else {
                Load::Everything
            };
            if verdict.give_up {
                crashes.forget();
            }
            if self.pause(verdict.wait).await {
                return;
            }
        }
    }

    /// From the start of a process to its end. What was being loaded when it died is left in `mounting`.
    async fn live(&mut self, recorder: &Arc<SharedMap>, load: Load, mounting: &mut Vec<(Slug, Revision)>) -> End {
        let mut life = match self.start(recorder, load).await {
            Ok(Some(life)) => life,
            Ok(None) => return End::Stopped,
            Err(problem) => return End::Unborn(problem),
        };
        let end = self.serve(&mut life).await;
        for (_, waiting) in life.in_flight.drain() {
            match waiting.waiter {
                Waiter::Handle(reply, mount) => {
                    mounting.extend(mount);
                    // The asker may have given up.
                    let _ = reply.send(Err(LiveError::Gone));
                }
                Waiter::Restore(feature, revision) => mounting.push((feature, revision)),
                Waiter::Nobody => {}
            }
        }
        end
    }

    /// A process that has said hello and knows what it must load; `None` when control stops meanwhile.
    async fn start(&mut self, recorder: &Arc<SharedMap>, load: Load) -> Result<Option<Life>, String> {
        let (connection, wire) = Connection::open().map_err(|error| format!("the wire could not be made: {error}"))?;
        let (launcher, map) = (Arc::clone(&self.launcher), Arc::clone(recorder));
        let launched = tokio::task::spawn_blocking(move || launcher.launch(wire, &map)).await;
        let process = launched.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
        let mut keeper = Keeper::keep(process).map_err(|error| error.to_string())?;
        let mut connection = connection;
        let hello = async {
            tokio::select! {
                hello = tokio::time::timeout(BIRTH, connection.greet()) => match hello {
                    Ok(result) => result,
                    Err(_) => Err(format!("the live process said nothing for {} s", BIRTH.as_secs())),
                },
                death = keeper.died() => Err(describe(death)),
            }
        };
        match self.while_down(hello).await {
            None => return Ok(None),
            Some(result) => result?,
        }
        let mounts = Arc::clone(&self.mounts);
        let Some(guard) = self.while_down(mounts.lock_owned()).await else { return Ok(None) };
        let restore =
            if load == Load::Nothing { Vec::new() } else { restore::current_set(&self.store).await.map_err(|error| error.to_string())? };
        Ok(Some(Life {
            connection,
            keeper,
            in_flight: HashMap::new(),
            next_id: 1,
            last_frame: Instant::now(),
            restore: restore.into(),
            restoring: 0,
            guard: Some(guard),
            load,
            drain_until: None,
            calls: Calls::default(),
        }))
    }

    /// Talks to a process until it ends.
    async fn serve(&mut self, life: &mut Life) -> End {
        let mut tick = tokio::time::interval(Duration::from_millis(250));
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        self.advance(life).await;
        loop {
            tokio::select! {
                biased;
                death = life.keeper.died() => {
                    return if life.drain_until.is_some() { End::Stopped } else { End::Died(death) };
                }
                frame = life.connection.next() => match frame {
                    Some(message) => {
                        life.last_frame = Instant::now();
                        self.take(life, message).await;
                        self.advance(life).await;
                    }
                    // It is dying, or does not speak the wire: either way its end follows.
                    None => {
                        life.keeper.kill();
                        let death = life.keeper.died().await;
                        return if life.drain_until.is_some() { End::Stopped } else { End::Died(death) };
                    }
                },
                Some(pending) = self.end.commands.recv() => self.send_for_handle(life, pending),
                _ = tick.tick() => {
                    let now = Instant::now();
                    let drained_too_long = life.drain_until.is_some_and(|until| now >= until);
                    if drained_too_long || (life.drain_until.is_none() && now.duration_since(life.last_frame) > SILENCE) {
                        tracing::warn!("the live process is silent and is ended");
                        life.keeper.kill();
                    }
                    self.expire(life, now).await;
                }
                Some(()) = self.retry.recv() => {
                    // Ended by us: the next process gets everything again.
                    if life.load == Load::Nothing {
                        life.keeper.kill();
                    }
                }
                _ = stopped(&mut self.stop), if life.drain_until.is_none() => {
                    let within = Command::Drain { within_ms: u64::try_from(DRAIN.as_millis()).unwrap_or(u64::MAX) };
                    self.send(life, within, DRAIN, Waiter::Nobody);
                    life.drain_until = Some(Instant::now() + DRAIN + Duration::from_secs(2));
                }
            }
        }
    }

    /// Waits for `work` while no process serves: commands are answered at once, so that nobody holds a lock for them.
    /// `None` when control stops meanwhile.
    async fn while_down<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return Some(done),
                _ = stopped(&mut self.stop) => return None,
                Some(pending) = self.end.commands.recv() => {
                    let _ = pending.reply.send(Err(LiveError::Gone));
                }
            }
        }
    }

    /// Waits; answers whether control stops.
    async fn pause(&mut self, wait: Duration) -> bool {
        if wait.is_zero() { *self.stop.borrow() } else { self.while_down(tokio::time::sleep(wait)).await.is_none() }
    }

    async fn down(&mut self, reason: String) {
        let was = self.end.state.borrow().condition;
        self.end.state.send_modify(|state| {
            state.condition = LiveCondition::Restarting;
            state.reason = Some(reason.clone());
            state.pid = None;
            state.since = None;
        });
        if was != LiveCondition::Restarting {
            self.record(EventBody::LiveChanged { condition: LiveCondition::Restarting, reason: Some(reason) }).await;
        }
    }

    async fn quarantine(&mut self, feature: &Slug, revision: Revision, death: Death) {
        let how = describe(death);
        let reason = format!("While revision {revision} was being called, {how}. It is kept out until the owner releases it.");
        match self.store.set_feature_state(feature, FeatureState::Quarantined, Some(reason)).await {
            Ok(_) => tracing::warn!(%feature, %revision, "quarantined"),
            Err(error) => tracing::error!(%feature, %error, "a suspect could not be quarantined"),
        }
    }

    async fn record(&self, body: EventBody) {
        if let Err(error) = self.store.record(body).await {
            tracing::error!(%error, "an event could not be recorded");
        }
    }
}

/// Waits until the flag is raised; for ever when nobody can raise it any more.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests;
