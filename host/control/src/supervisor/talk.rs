//! What is said to one process and what it says: commands and their answers, lines and faults.

use super::{
    End, Load, Supervisor, Unrestored,
    connection::Connection,
    millis,
    outgoing::Calls,
    process::{Death, Keeper},
    replace::Replacing,
    start::{NotStarted, Started},
};
use crate::{
    live_handle::{Failed, LiveError, LiveState, Pending},
    logs::LogLine,
};
use kandra_jail::SharedMap;
use kandra_model::{EventBody, LiveCondition, Revision, Slug, Timestamp};
use kandra_wire::{Command, CommandId, Envelope, LogLevel, Outcome, ToControl, ToLive};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedMutexGuard, oneshot},
    task::JoinSet,
    time::Instant,
};

/// How long a process may take to serve what it has loaded, once the one before has ended.
const TURN: Duration = Duration::from_secs(30);

/// Command ids whose answers are awaited at once.
const MAX_IN_FLIGHT: usize = 1_024;

/// Who waits for the answer to a command.
pub(super) enum Waiter {
    /// Somebody with a handle.
    Handle(oneshot::Sender<Result<Outcome, LiveError>>, Option<(Slug, Revision)>),
    /// Those who wait for the process to serve.
    Turn,
    /// Nobody.
    Nobody,
}

pub(super) struct InFlight {
    pub(super) waiter: Waiter,
    pub(super) deadline: Instant,
}

/// Whether a process is about to end, and why.
pub(super) enum Draining {
    No,
    /// Control stops.
    Stop {
        until: Instant,
    },
    /// Another one follows.
    For {
        until: Instant,
        next: Box<Life>,
    },
}

/// One process's life, from the moment at which it waits for its turn.
pub(super) struct Life {
    pub(super) connection: Connection,
    pub(super) keeper: Keeper,
    pub(super) recorder: Arc<SharedMap>,
    pub(super) in_flight: HashMap<CommandId, InFlight>,
    pub(super) last_frame: Instant,
    pub(super) load: Load,
    pub(super) draining: Draining,
    pub(super) calls: Calls,
    /// The process that is to follow, while it starts.
    pub(super) successor: JoinSet<Result<Started, NotStarted>>,
    /// Why it is replaced, or replaces another; until it is done.
    pub(super) replacing: Option<Replacing>,
    /// Libraries that it could not unload.
    pub(super) pinned: usize,
    /// Libraries that it may still say it has unloaded: one for each mount. Each makes an event, of which there is room for
    /// so many.
    unloads_due: u64,
    /// It has said that a call cannot be stopped, which is believed once.
    pub(super) stuck: bool,
    next_id: u64,
    loaded: Vec<Slug>,
    unrestored: Vec<Unrestored>,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Life {
    pub(super) fn new(started: Started, load: Load) -> Self {
        let Started { connection, keeper, recorder, loaded, unrestored, guard, next_id } = started;
        Self {
            connection,
            keeper,
            recorder,
            in_flight: HashMap::new(),
            last_frame: Instant::now(),
            load,
            draining: Draining::No,
            calls: Calls::default(),
            successor: JoinSet::new(),
            replacing: None,
            pinned: 0,
            unloads_due: next_id,
            stuck: false,
            next_id,
            loaded,
            unrestored,
            guard: Some(guard),
        }
    }

    pub(super) fn hands_over(&self) -> bool {
        matches!(self.draining, Draining::For { .. })
    }

    /// What its death means.
    pub(super) fn ended(&mut self, death: Death) -> End {
        match std::mem::replace(&mut self.draining, Draining::No) {
            Draining::No => End::Died(death),
            Draining::Stop { .. } => End::Stopped,
            Draining::For { mut next, .. } => {
                // Nobody has listened to it until now.
                next.last_frame = Instant::now();
                End::Replaced(death, next)
            }
        }
    }
}

impl Supervisor {
    /// Has a process serve as soon as the one before it has ended.
    pub(super) fn take_turn(&mut self, life: &mut Life) {
        for feature in &life.loaded {
            self.end.know(feature);
        }
        for failed in std::mem::take(&mut life.unrestored) {
            let _ = self.unrestored.send(failed);
        }
        self.send(life, Command::Serve, TURN, Waiter::Turn);
    }

    /// The process serves; mounts may go on.
    async fn serving(&mut self, life: &mut Life) {
        life.guard = None;
        let pid = life.keeper.pid;
        let safe = life.load == Load::Nothing;
        let replaced = life.replacing.take();
        let reason = safe.then(|| {
            "The features kept crashing, so the server runs without them; the owner starts them again by resuming one of them.".to_owned()
        });
        let condition = if safe { LiveCondition::SafeMode } else { LiveCondition::Serving };
        self.end.state.send_modify(|state| {
            *state = LiveState {
                condition,
                reason: reason.clone(),
                pid: Some(pid),
                restarts: state.restarts + u32::from(state.generation > 0 && replaced.is_none()),
                replacements: state.replacements + u32::from(replaced.is_some()),
                since: Some(Timestamp::now()),
                generation: state.generation + 1,
            };
        });
        match replaced {
            None => self.record(EventBody::LiveChanged { condition, reason }).await,
            Some(replacing) => {
                let body = EventBody::LiveReplaced { reason: replacing.reason().to_owned(), millis: replacing.millis() };
                self.record(body).await;
                replacing.done(Ok(()));
            }
        }
    }

    pub(super) fn send_for_handle(&mut self, life: &mut Life, pending: Pending) {
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

    pub(super) fn send(&mut self, life: &mut Life, command: Command, within: Duration, waiter: Waiter) {
        if let Command::Mount { feature, .. } = &command {
            self.end.know(feature);
            life.unloads_due += 1;
        }
        let id = CommandId(life.next_id);
        life.next_id += 1;
        let deadline = Timestamp::now().plus_millis(i64::try_from(millis(within)).unwrap_or(i64::MAX));
        if life.connection.send(ToLive::Command(Envelope { id, deadline, command })).is_err() {
            // Its queue is full or its socket gone: it does not read, so it is stuck.
            life.keeper.kill();
        }
        life.in_flight.insert(id, InFlight { waiter, deadline: Instant::now() + within });
    }

    /// Gives up on answers that are late.
    pub(super) fn expire(&mut self, life: &mut Life, now: Instant) {
        let late: Vec<CommandId> = life.in_flight.iter().filter(|(_, waiting)| waiting.deadline <= now).map(|(id, _)| *id).collect();
        for id in late {
            match life.in_flight.remove(&id).map(|waiting| waiting.waiter) {
                Some(Waiter::Handle(reply, _)) => {
                    let _ = reply.send(Err(LiveError::Deadline));
                }
                Some(Waiter::Turn) => {
                    tracing::warn!("the new live process does not come to serve and is ended");
                    life.keeper.kill();
                }
                Some(Waiter::Nobody) | None => {}
            }
        }
    }

    /// Takes one message from live.
    pub(super) async fn take(&mut self, life: &mut Life, message: ToControl) {
        match message {
            ToControl::Hello(_) | ToControl::Heartbeat => {}
            ToControl::Reply { id, outcome } => match life.in_flight.remove(&id).map(|waiting| waiting.waiter) {
                Some(Waiter::Handle(reply, _)) => {
                    let _ = reply.send(Ok(outcome));
                }
                Some(Waiter::Turn) => match outcome {
                    Outcome::Serving { failed } => {
                        for (feature, refusal) in failed.into_iter().filter(|(feature, _)| self.end.is_known(feature)) {
                            self.not_served(feature, refusal).await;
                        }
                        self.serving(life).await;
                    }
                    other => {
                        tracing::warn!(?other, "the new live process cannot serve and is ended");
                        life.keeper.kill();
                    }
                },
                Some(Waiter::Nobody) | None => {}
            },
            ToControl::HttpAsk { id, feature, request } => {
                let known = self.end.is_known(&feature);
                life.calls.begin(&self.outgoing, life.connection.answers(), known, id, feature, request);
            }
            ToControl::HttpCancel { id } => life.calls.cancel(id),
            ToControl::Unloaded(report) => {
                if self.end.is_known(&report.feature) && life.unloads_due > 0 {
                    life.unloads_due -= 1;
                    life.pinned += usize::from(!report.verified);
                    self.look_at_pins(life);
                    let body = EventBody::LibraryUnloaded { feature: report.feature, revision: report.revision, verified: report.verified };
                    self.record(body).await;
                }
            }
            ToControl::Stuck { feature, revision } => {
                if self.end.is_known(&feature) && !std::mem::replace(&mut life.stuck, true) {
                    self.unstick(life, feature, revision).await;
                }
            }
            ToControl::Log { feature, revision, at, level, message } => {
                if self.end.is_known(&feature) {
                    self.logs.write(feature, LogLine { at, level, revision, message });
                }
            }
            ToControl::Fault { feature, revision, at, kind, id, route, message } => {
                if self.end.is_known(&feature) {
                    let name = serde_json::to_value(kind).ok().and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
                    let message = format!("{name} in {route} ({id}): {message}");
                    self.end.count(&feature, kind, Failed { revision, at, words: message.clone() });
                    self.logs.write(feature, LogLine { at, level: LogLevel::Error, revision, message });
                }
            }
        }
    }
}
