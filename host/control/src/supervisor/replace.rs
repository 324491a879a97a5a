//! The planned replacement of live: the next process loads everything beside the one that serves; that one stops
//! accepting, ends its calls, writes its states down and ends; then the next one serves. Who knocks in between waits in
//! the queue of the listening socket, which control holds: nobody is refused.

use super::Unrestored;
use super::{DRAIN, Life, Load, NotStarted, Supervisor, Waiter, millis, start::Started, talk::Draining};
use crate::live_handle::LiveError;
use kandra_model::{Revision, Slug};
use kandra_wire::{Command, Refusal};
use std::time::Duration;
use tokio::{sync::oneshot, time::Instant};

/// So many libraries may stay in one process although nobody uses them.
const MOST_PINNED: usize = 8;
/// Between two replacements that nobody asked for.
const PAUSE: Duration = Duration::from_secs(60);
/// How long the calls of others may go on when one call cannot be stopped: it would be waited for in vain.
const STUCK_DRAIN: Duration = Duration::from_millis(500);
/// How much longer than it may the old process can take to end.
const GRACE: Duration = Duration::from_secs(2);

/// What may be asked of the supervisor.
pub(crate) enum Wish {
    /// Start the features again.
    LeaveSafeMode,
    /// Another process for the one that serves.
    Replace(Replacement),
}

/// Why live is to be replaced.
pub(crate) struct Replacement {
    /// One sentence.
    pub reason: String,
    /// How long calls under way may go on.
    pub patience: Duration,
    /// Who waits for its end.
    pub done: Option<oneshot::Sender<Result<(), String>>>,
}

/// A replacement under way.
pub(super) struct Replacing {
    wish: Replacement,
    since: Instant,
}

impl Replacing {
    pub(super) fn reason(&self) -> &str {
        &self.wish.reason
    }

    pub(super) fn millis(&self) -> u64 {
        millis(self.since.elapsed())
    }

    pub(super) fn done(self, result: Result<(), String>) {
        if let Some(done) = self.wish.done {
            // The asker may have given up.
            let _ = done.send(result);
        }
    }
}

impl Supervisor {
    /// Begins a replacement, unless one is under way.
    pub(super) fn replace(&mut self, life: &mut Life, wish: Replacement) {
        let replacing = Replacing { wish, since: Instant::now() };
        if life.replacing.is_some() || life.load == Load::Nothing {
            return replacing.done(Err("it is being replaced already, or runs without features; try again in a moment".to_owned()));
        }
        tracing::info!(reason = replacing.reason(), "the live process is being replaced");
        life.successor.spawn(self.starter().run(Load::Everything));
        life.replacing = Some(replacing);
    }

    /// The next process has loaded everything, or could not be started; then the old one serves on.
    pub(super) fn succeed(&mut self, life: &mut Life, started: Result<Started, NotStarted>) {
        let Some(replacing) = life.replacing.take() else { return };
        match started {
            Err(problem) => {
                tracing::warn!(problem.reason, "the next live process could not be started; the old one serves on");
                replacing.done(Err(problem.reason));
            }
            Ok(started) => {
                let patience = replacing.wish.patience.min(DRAIN);
                let mut next = Box::new(Life::new(started, Load::Everything));
                next.replacing = Some(replacing);
                self.send(life, Command::Drain { within_ms: millis(patience) }, DRAIN, Waiter::Nobody);
                // It waits by itself until the old one lets go of the data.
                self.take_turn(&mut next);
                life.draining = Draining::For { until: Instant::now() + patience + GRACE, next };
            }
        }
    }

    /// Past a small number of libraries that cannot be unloaded the process is replaced.
    pub(super) fn look_at_pins(&mut self, life: &mut Life) {
        let lately = self.replaced_at.is_some_and(|at| at.elapsed() < PAUSE);
        if life.pinned <= MOST_PINNED || lately {
            return;
        }
        self.replaced_at = Some(Instant::now());
        let reason = format!("{} libraries could not be unloaded", life.pinned);
        self.replace(life, Replacement { reason, patience: DRAIN, done: None });
    }

    /// A worker is in a call that nothing stops: its feature is kept out, and the process is replaced.
    pub(super) async fn unstick(&mut self, life: &mut Life, feature: Slug, revision: Revision) {
        self.quarantine(&feature, revision, "one of its calls could not be stopped").await;
        let reason = format!("a call of {feature} could not be stopped");
        // No further worker shall walk into it meanwhile.
        self.send(life, Command::Unmount { feature }, GRACE, Waiter::Nobody);
        self.replace(life, Replacement { reason, patience: STUCK_DRAIN, done: None });
    }

    /// A feature that was loaded but whose data could not be opened, or whose state could not be taken over.
    pub(super) async fn not_served(&self, feature: Slug, refusal: Refusal) {
        match self.store.feature(&feature).await {
            Ok(Some(known)) => {
                let problem = LiveError::Refused(refusal);
                let _ = self.unrestored.send(Unrestored { feature, revision: known.revision, problem });
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%feature, %error, "a feature that cannot be served could not be looked up"),
        }
    }
}
