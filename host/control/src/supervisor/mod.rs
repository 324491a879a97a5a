//! Keeps one live process alive: starts it with its sockets, restores what should serve, answers commands, notices
//! silence and death, and starts the next.
//!
//! Every byte from live is hostile: frames are bounded by the codec, names are parsed, log lines and faults count only
//! for features that control itself has mounted.

mod connection;
mod crashes;
mod process;
mod restore;

pub(crate) use process::{JailLauncher, Launcher};
pub(crate) use restore::{Unrestored, settings};

use crate::{
    live_handle::{LiveEnd, LiveError, LiveState, Pending},
    logs::{LogLine, LogWriter},
};
use connection::Connection;
use crashes::{Crashes, describe};
use kandra_jail::SharedMap;
use kandra_model::{EventBody, FeatureState, LiveCondition, Revision, Slug, Timestamp};
use kandra_store::Store;
use kandra_wire::{Command, CommandId, Envelope, LogLevel, Outcome, ToControl, ToLive, recorder};
use process::{Death, Keeper};
use std::{collections::HashMap, future::Future, pin::pin, sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, OwnedMutexGuard, mpsc, oneshot, watch},
    time::Instant,
};

/// Live counts as stuck after so long without a frame; it sends one each second.
const SILENCE: Duration = Duration::from_secs(5);
/// How long a new process may take until its first frame.
const BIRTH: Duration = Duration::from_secs(15);
/// How long one restored feature may take.
const RESTORE: Duration = Duration::from_secs(20);
/// Command ids whose answers are awaited at once.
const MAX_IN_FLIGHT: usize = 1_024;

/// How long live may take to finish its calls when control stops.
pub(crate) const DRAIN: Duration = Duration::from_secs(15);

/// What the supervisor works with.
pub(crate) struct Supervisor {
    pub launcher: Arc<dyn Launcher>,
    pub end: LiveEnd,
    pub store: Store,
    pub logs: LogWriter,
    /// Held around every mount and what is recorded of it, so that a restore never undoes one.
    pub mounts: Arc<Mutex<()>>,
    /// Features that could not be restored.
    pub unrestored: mpsc::UnboundedSender<Unrestored>,
    /// Turns true when control stops.
    pub stop: watch::Receiver<bool>,
    /// Each message asks to leave safe mode, or to replace the process.
    pub retry: mpsc::Receiver<()>,
}

/// Who waits for the answer to a command.
enum Waiter {
    /// Somebody with a handle.
    Handle(oneshot::Sender<Result<Outcome, LiveError>>, Option<(Slug, Revision)>),
    /// The restore.
    Restore(Slug, Revision),
    /// Nobody.
    Nobody,
}

struct InFlight {
    waiter: Waiter,
    deadline: Instant,
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

/// One process's life.
struct Life {
    connection: Connection,
    keeper: Keeper,
    in_flight: HashMap<CommandId, InFlight>,
    next_id: u64,
    last_frame: Instant,
    restore: std::collections::VecDeque<(Slug, Revision, Command)>,
    restoring: usize,
    guard: Option<OwnedMutexGuard<()>>,
    load: Load,
    drain_until: Option<Instant>,
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

    /// Sends what is still to be restored; when all of it is answered, the process serves.
    async fn advance(&mut self, life: &mut Life) {
        if life.guard.is_none() {
            return;
        }
        let at_once = if life.load == Load::OneByOne { 1 } else { 64 };
        while life.restoring < at_once
            && let Some((feature, revision, command)) = life.restore.pop_front()
        {
            life.restoring += 1;
            self.send(life, command, RESTORE, Waiter::Restore(feature, revision));
        }
        if life.restoring > 0 {
            return;
        }
        self.send(life, Command::Ready, RESTORE, Waiter::Nobody);
        life.guard = None;
        let pid = life.keeper.pid;
        let safe = life.load == Load::Nothing;
        let reason =
            safe.then(|| "The features kept crashing, so the server runs without them; the owner starts them again by resuming one of them.".to_owned());
        let condition = if safe { LiveCondition::SafeMode } else { LiveCondition::Serving };
        self.end.state.send_modify(|state| {
            *state = LiveState {
                condition,
                reason: reason.clone(),
                pid: Some(pid),
                restarts: state.restarts + u32::from(state.generation > 0),
                since: Some(Timestamp::now()),
                generation: state.generation + 1,
            };
        });
        self.record(EventBody::LiveChanged { condition, reason }).await;
    }

    fn send_for_handle(&mut self, life: &mut Life, pending: Pending) {
        let mount = match &pending.command {
            Command::Mount { feature, revision, .. } => Some((feature.clone(), *revision)),
            _ => None,
        };
        if life.in_flight.len() >= MAX_IN_FLIGHT {
            let _ = pending.reply.send(Err(LiveError::Busy));
            return;
        }
        let within = pending.deadline.saturating_duration_since(Instant::now()).min(pending.within);
        self.send(life, pending.command, within, Waiter::Handle(pending.reply, mount));
    }

    fn send(&mut self, life: &mut Life, command: Command, within: Duration, waiter: Waiter) {
        if let Command::Mount { feature, .. } = &command {
            self.end.know(feature);
        }
        let id = CommandId(life.next_id);
        life.next_id += 1;
        let deadline = Timestamp::now().plus_millis(i64::try_from(within.as_millis()).unwrap_or(i64::MAX));
        if life.connection.send(ToLive::Command(Envelope { id, deadline, command })).is_err() {
            // Its queue is full or its socket gone: it does not read, so it is stuck.
            life.keeper.kill();
        }
        life.in_flight.insert(id, InFlight { waiter, deadline: Instant::now() + within });
    }

    /// Gives up on answers that are late.
    async fn expire(&mut self, life: &mut Life, now: Instant) {
        let late: Vec<CommandId> = life.in_flight.iter().filter(|(_, waiting)| waiting.deadline <= now).map(|(id, _)| *id).collect();
        for id in late {
            match life.in_flight.remove(&id).map(|waiting| waiting.waiter) {
                Some(Waiter::Handle(reply, _)) => {
                    let _ = reply.send(Err(LiveError::Deadline));
                }
                Some(Waiter::Restore(feature, revision)) => {
                    life.restoring -= 1;
                    let problem = LiveError::Deadline;
                    let _ = self.unrestored.send(Unrestored { feature, revision, problem });
                }
                Some(Waiter::Nobody) | None => {}
            }
        }
        self.advance(life).await;
    }

    /// Takes one message from live.
    async fn take(&mut self, life: &mut Life, message: ToControl) {
        match message {
            ToControl::Hello(_) | ToControl::Heartbeat => {}
            ToControl::Reply { id, outcome } => match life.in_flight.remove(&id).map(|waiting| waiting.waiter) {
                Some(Waiter::Handle(reply, _)) => {
                    let _ = reply.send(Ok(outcome));
                }
                Some(Waiter::Restore(feature, revision)) => {
                    life.restoring -= 1;
                    if let Outcome::Refused(refusal) = outcome {
                        let problem = LiveError::Refused(refusal);
                        let _ = self.unrestored.send(Unrestored { feature, revision, problem });
                    }
                }
                Some(Waiter::Nobody) | None => {}
            },
            ToControl::Unloaded(report) => {
                if self.end.is_known(&report.feature) {
                    let body = EventBody::LibraryUnloaded { feature: report.feature, revision: report.revision, verified: report.verified };
                    self.record(body).await;
                }
            }
            ToControl::Log { feature, revision, at, level, message } => {
                if self.end.is_known(&feature) {
                    self.logs.write(feature, LogLine { at, level, revision, message });
                }
            }
            ToControl::Fault { feature, revision, at, kind, id, route, message } => {
                if self.end.is_known(&feature) {
                    self.end.count(&feature, kind, at);
                    let kind = serde_json::to_value(kind).ok().and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
                    let message = format!("{kind} in {route} ({id}): {message}");
                    self.logs.write(feature, LogLine { at, level: LogLevel::Error, revision, message });
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
