//! What is said to one process and what it says: commands and their answers, the restore, lines and faults.

use super::{Load, RESTORE, Supervisor, Unrestored, connection::Connection, outgoing::Calls, process::Keeper};
use crate::{
    live_handle::{Failed, LiveError, LiveState, Pending},
    logs::LogLine,
};
use kandra_model::{EventBody, LiveCondition, Revision, Slug, Timestamp};
use kandra_wire::{Command, CommandId, Envelope, LogLevel, Outcome, ToControl, ToLive};
use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};
use tokio::{
    sync::{OwnedMutexGuard, oneshot},
    time::Instant,
};

/// Command ids whose answers are awaited at once.
const MAX_IN_FLIGHT: usize = 1_024;

/// Who waits for the answer to a command.
pub(super) enum Waiter {
    /// Somebody with a handle.
    Handle(oneshot::Sender<Result<Outcome, LiveError>>, Option<(Slug, Revision)>),
    /// The restore.
    Restore(Slug, Revision),
    /// Nobody.
    Nobody,
}

pub(super) struct InFlight {
    pub(super) waiter: Waiter,
    pub(super) deadline: Instant,
}

/// One process's life.
pub(super) struct Life {
    pub(super) connection: Connection,
    pub(super) keeper: Keeper,
    pub(super) in_flight: HashMap<CommandId, InFlight>,
    pub(super) next_id: u64,
    pub(super) last_frame: Instant,
    pub(super) restore: VecDeque<(Slug, Revision, Command)>,
    pub(super) restoring: usize,
    pub(super) guard: Option<OwnedMutexGuard<()>>,
    pub(super) load: Load,
    pub(super) drain_until: Option<Instant>,
    pub(super) calls: Calls,
}

impl Supervisor {
    /// Sends what is still to be restored; when all of it is answered, the process serves.
    pub(super) async fn advance(&mut self, life: &mut Life) {
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
        let reason = safe.then(|| {
            "The features kept crashing, so the server runs without them; the owner starts them again by resuming one of them.".to_owned()
        });
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
    pub(super) async fn expire(&mut self, life: &mut Life, now: Instant) {
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
    pub(super) async fn take(&mut self, life: &mut Life, message: ToControl) {
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
            ToControl::HttpAsk { id, feature, request } => {
                let known = self.end.is_known(&feature);
                life.calls.begin(&self.outgoing, life.connection.answers(), known, id, feature, request);
            }
            ToControl::HttpCancel { id } => life.calls.cancel(id),
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
                    let name = serde_json::to_value(kind).ok().and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
                    let message = format!("{name} in {route} ({id}): {message}");
                    self.end.count(&feature, kind, Failed { revision, at, words: message.clone() });
                    self.logs.write(feature, LogLine { at, level: LogLevel::Error, revision, message });
                }
            }
        }
    }
}
