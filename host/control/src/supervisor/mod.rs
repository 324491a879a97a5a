//! Keeps one live process alive: starts it with its sockets, answers commands, notices silence and death, and starts the
//! next; replaces it by plan, without a refused connection, when it cannot get rid of a library or of a stuck call.
//!
//! Every byte from live is hostile: frames are bounded by the codec, names are parsed, log lines and faults count only
//! for features that control itself has mounted.

mod connection;
mod crashes;
mod outgoing;
mod process;
mod replace;
mod restore;
mod start;
mod talk;

pub(crate) use process::{JailLauncher, Launcher};
pub(crate) use replace::{Replacement, Wish};
pub(crate) use restore::{Unrestored, settings};

use crate::{
    live_handle::{LiveEnd, LiveError},
    logs::LogWriter,
    outgoing::Outgoing,
};
use crashes::{Crashes, describe};
use kandra_model::{EventBody, FeatureState, LiveCondition, Revision, Slug};
use kandra_store::Store;
use kandra_wire::{Command, recorder};
use process::Death;
use start::{NotStarted, Starter};
use std::{future::Future, pin::pin, sync::Arc, time::Duration};
use talk::{Draining, Life, Waiter};
use tokio::{
    sync::{Mutex, mpsc, watch},
    time::Instant,
};

/// Live counts as stuck after so long without a frame; it sends one each second.
const SILENCE: Duration = Duration::from_secs(5);

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
    /// What the owner wants of the process.
    pub wishes: mpsc::Receiver<Wish>,
    /// When live was last replaced without being asked by the owner.
    pub replaced_at: Option<Instant>,
}

/// How a process's life ended.
enum End {
    Died(Death),
    /// The next one is there already.
    Replaced(Death, Box<Life>),
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
        let mut heir = None;
        loop {
            let (mut next, loss) = match self.one_life(load, heir.take()).await {
                Ok(ended) => ended,
                Err(Stop) => return,
            };
            if let Some(next) = next.take_if(|_| !loss.death.is_a_crash()) {
                heir = Some(next);
                continue;
            }
            let verdict = crashes.note(Instant::now(), loss.death, loss.suspects, &loss.mounting);
            for (feature, revision) in verdict.guilty.iter().filter(|(feature, _)| self.end.is_known(feature)) {
                self.quarantine(feature, *revision, &describe(loss.death)).await;
            }
            if let Some(mut next) = next {
                for (feature, _) in verdict.guilty {
                    self.send(&mut next, Command::Unmount { feature }, SILENCE, Waiter::Nobody);
                }
                heir = Some(next);
                continue;
            }
            tracing::warn!(death = ?loss.death, ?verdict, loss.reason, "the live process ended");
            self.down(loss.reason).await;
            load = if verdict.give_up {
                Load::Nothing
            } else if loss.mounting.len() > 1 {
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

    /// From the start of a process, or from its turn when it has been started already, to its end.
    async fn one_life(&mut self, load: Load, heir: Option<Box<Life>>) -> Result<(Option<Box<Life>>, NotStarted), Stop> {
        let mut life = match heir {
            Some(life) => life,
            None => {
                let starter = self.starter();
                match self.while_down(starter.run(load)).await {
                    None => return Err(Stop),
                    Some(Err(problem)) => return Ok((None, problem)),
                    Some(Ok(started)) => {
                        let mut life = Box::new(Life::new(started, load));
                        self.take_turn(&mut life);
                        life
                    }
                }
            }
        };
        let (death, next) = match self.serve(&mut life).await {
            End::Stopped => return Err(Stop),
            End::Died(death) => (death, None),
            End::Replaced(death, next) => (death, Some(next)),
        };
        let mut mounting = Vec::new();
        for (_, waiting) in life.in_flight.drain() {
            if let Waiter::Handle(reply, mount) = waiting.waiter {
                mounting.extend(mount);
                // The asker may have given up.
                let _ = reply.send(Err(LiveError::Gone));
            }
        }
        let suspects = recorder::suspects(&life.recorder.snapshot());
        Ok((next, NotStarted { death, reason: describe(death), suspects, mounting }))
    }

    fn starter(&self) -> Starter {
        Starter { launcher: Arc::clone(&self.launcher), store: self.store.clone(), mounts: Arc::clone(&self.mounts) }
    }

    /// Talks to a process until it ends.
    async fn serve(&mut self, life: &mut Life) -> End {
        let mut tick = tokio::time::interval(Duration::from_millis(250));
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                death = life.keeper.died() => return life.ended(death),
                frame = life.connection.next() => match frame {
                    Some(message) => {
                        life.last_frame = Instant::now();
                        self.take(life, message).await;
                    }
                    // It is dying, or does not speak the wire: either way its end follows.
                    None => {
                        life.keeper.kill();
                        let death = life.keeper.died().await;
                        return life.ended(death);
                    }
                },
                Some(started) = life.successor.join_next() => self.succeed(life, started.map_err(NotStarted::because).flatten()),
                // While it drains for the next one, commands wait for that.
                Some(pending) = self.end.commands.recv(), if !life.hands_over() => self.send_for_handle(life, pending),
                _ = tick.tick() => {
                    let now = Instant::now();
                    let late = match &life.draining {
                        Draining::No => now.duration_since(life.last_frame) > SILENCE,
                        Draining::Stop { until } | Draining::For { until, .. } => now >= *until,
                    };
                    if late {
                        tracing::warn!("the live process is silent and is ended");
                        life.keeper.kill();
                    }
                    self.expire(life, now);
                }
                Some(wish) = self.wishes.recv(), if !life.hands_over() => match wish {
                    // Ended by us: the next process gets everything again.
                    Wish::LeaveSafeMode if life.load == Load::Nothing => life.keeper.kill(),
                    Wish::LeaveSafeMode => {}
                    Wish::Replace(replacement) => self.replace(life, replacement),
                },
                _ = stopped(&mut self.stop), if !matches!(life.draining, Draining::Stop { .. }) => {
                    life.successor.abort_all();
                    let within = Command::Drain { within_ms: millis(DRAIN) };
                    self.send(life, within, DRAIN, Waiter::Nobody);
                    // Whoever was to follow has not served yet, and ends with this.
                    life.draining = Draining::Stop { until: Instant::now() + DRAIN + Duration::from_secs(2) };
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

    async fn quarantine(&self, feature: &Slug, revision: Revision, how: &str) {
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

/// Control stops.
struct Stop;

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Waits until the flag is raised; for ever when nobody can raise it any more.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests;
