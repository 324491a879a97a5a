//! How the rest of control talks to the live process, whichever process that is at the moment.

use kandra_model::{LiveCondition, Revision, Slug, Timestamp};
use kandra_wire::{Command, FaultKind, LiveReport, MountedReport, Outcome, Refusal};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::Instant,
};

/// Commands that may wait for live.
pub(crate) const QUEUE: usize = 256;

/// Why a command has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LiveError {
    /// No process serves at the moment, or it ended before it answered: whether the command was carried out is unknown.
    /// Commands are idempotent, so it can be sent again.
    #[error("the live process is not there")]
    Gone,
    /// Too many commands wait already.
    #[error("too many commands wait for the live process")]
    Busy,
    /// It did not answer in time.
    #[error("the live process did not answer in time")]
    Deadline,
    /// It answered something else than what was asked.
    #[error("the live process gave an answer that does not fit the command")]
    Unexpected,
    /// It did not do it; nothing changed.
    #[error("the live process refused: {0}")]
    Refused(Refusal),
}

/// How the live process stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LiveState {
    /// Its condition.
    pub condition: LiveCondition,
    /// Why, when not simply serving.
    pub reason: Option<String>,
    /// Its process id.
    pub pid: Option<u32>,
    /// How often it came back after its end.
    pub restarts: u32,
    /// How often another process took over by plan.
    pub replacements: u32,
    /// When this process began to serve.
    pub since: Option<Timestamp>,
    /// Rises with every process: a mount that was answered under one number says nothing about the next.
    pub generation: u64,
}

/// Faults of one feature since the server started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct FaultCounts {
    /// It panicked.
    pub panics: u64,
    /// It returned an error.
    pub errors: u64,
    /// A budget was spent.
    pub budgets: u64,
    /// It waited past its deadline.
    pub deadlines: u64,
    /// When the newest happened.
    pub last_at: Option<Timestamp>,
}

/// A call that a revision failed: a panic, a spent budget, a missed deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failed {
    /// Which revision.
    pub revision: Revision,
    /// When.
    pub at: Timestamp,
    /// Kind, route, id, message.
    pub words: String,
}

/// What is remembered of one feature's faults.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    counts: FaultCounts,
    /// The newest, oldest first.
    recent: VecDeque<Failed>,
}

/// How many failed calls of each feature are remembered, which is how many make it ill.
pub(crate) const REMEMBERED_FAULTS: usize = 5;

/// A command on its way to the supervisor.
pub(crate) struct Pending {
    pub command: Command,
    pub within: Duration,
    pub deadline: Instant,
    pub reply: oneshot::Sender<Result<Outcome, LiveError>>,
}

/// Clones talk to the same process.
#[derive(Clone)]
pub struct LiveHandle {
    commands: mpsc::Sender<Pending>,
    state: watch::Receiver<LiveState>,
    faults: Arc<Mutex<BTreeMap<Slug, Faults>>>,
}

/// The supervisor's end.
pub(crate) struct LiveEnd {
    pub commands: mpsc::Receiver<Pending>,
    pub state: watch::Sender<LiveState>,
    pub faults: Arc<Mutex<BTreeMap<Slug, Faults>>>,
}

/// A handle and the end that answers it.
pub(crate) fn pair() -> (LiveHandle, LiveEnd) {
    let (sender, commands) = mpsc::channel(QUEUE);
    let starting =
        LiveState { condition: LiveCondition::Starting, reason: None, pid: None, restarts: 0, replacements: 0, since: None, generation: 0 };
    let (state, watcher) = watch::channel(starting);
    let faults = Arc::new(Mutex::new(BTreeMap::new()));
    (LiveHandle { commands: sender, state: watcher, faults: Arc::clone(&faults) }, LiveEnd { commands, state, faults })
}

impl LiveHandle {
    /// How it stands now.
    pub(crate) fn state(&self) -> LiveState {
        self.state.borrow().clone()
    }

    /// Waits until a process serves, at most so long; answers its generation.
    pub(crate) async fn serving(&self, within: Duration) -> Result<u64, LiveError> {
        let mut state = self.state.clone();
        let serving = |state: &LiveState| matches!(state.condition, LiveCondition::Serving | LiveCondition::SafeMode);
        let waited = tokio::time::timeout(within, state.wait_for(serving)).await;
        match waited {
            Ok(Ok(state)) => Ok(state.generation),
            Ok(Err(_)) => Err(LiveError::Gone),
            Err(_) => Err(LiveError::Deadline),
        }
    }

    /// Sends a command and waits for its answer, at most so long. A refusal is an error.
    pub async fn command(&self, command: Command, within: Duration) -> Result<Outcome, LiveError> {
        let (reply, answer) = oneshot::channel();
        let deadline = Instant::now() + within;
        self.commands.try_send(Pending { command, within, deadline, reply }).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => LiveError::Busy,
            mpsc::error::TrySendError::Closed(_) => LiveError::Gone,
        })?;
        match tokio::time::timeout_at(deadline, answer).await {
            Ok(Ok(Ok(Outcome::Refused(refusal)))) => Err(LiveError::Refused(refusal)),
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(LiveError::Gone),
            Err(_) => Err(LiveError::Deadline),
        }
    }

    /// [`Command::Mount`], with its answer.
    pub(crate) async fn mount(&self, command: Command, within: Duration) -> Result<MountedReport, LiveError> {
        match self.command(command, within).await? {
            Outcome::Mounted(report) => Ok(report),
            _ => Err(LiveError::Unexpected),
        }
    }

    /// Live's own account of itself.
    pub async fn report(&self, within: Duration) -> Result<LiveReport, LiveError> {
        match self.command(Command::Report, within).await? {
            Outcome::Report(report) => Ok(*report),
            _ => Err(LiveError::Unexpected),
        }
    }

    /// Faults of a feature since the server started.
    pub fn faults(&self, feature: &Slug) -> FaultCounts {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).get(feature).map(|faults| faults.counts).unwrap_or_default()
    }

    /// Features whose memory of failed calls is full, with those calls.
    pub(crate) fn failing(&self) -> Vec<(Slug, Vec<Failed>)> {
        let faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let full = faults.iter().filter(|(_, faults)| faults.recent.len() == REMEMBERED_FAULTS);
        full.map(|(slug, faults)| (slug.clone(), faults.recent.iter().cloned().collect())).collect()
    }
}

impl LiveEnd {
    /// A feature that control itself has mounted: lines and faults of others are not believed.
    pub(crate) fn know(&self, feature: &Slug) {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).entry(feature.clone()).or_default();
    }

    /// Whether control has ever mounted it.
    pub(crate) fn is_known(&self, feature: &Slug) -> bool {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).contains_key(feature)
    }

    /// Counts a fault.
    pub(crate) fn count(&self, feature: &Slug, kind: FaultKind, failed: Failed) {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let Faults { counts, recent } = faults.entry(feature.clone()).or_default();
        let at = failed.at;
        // An error is an answer of the feature's own.
        if kind != FaultKind::Error {
            if recent.len() == REMEMBERED_FAULTS {
                recent.pop_front();
            }
            recent.push_back(failed);
        }
        let count = match kind {
            FaultKind::Panic => &mut counts.panics,
            FaultKind::Error => &mut counts.errors,
            FaultKind::Budget => &mut counts.budgets,
            FaultKind::Deadline => &mut counts.deadlines,
        };
        *count = count.saturating_add(1);
        counts.last_at = Some(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_command_ends_with_its_answer_its_deadline_or_its_process() {
        let (live, mut end) = pair();
        let asked = tokio::spawn({
            let live = live.clone();
            async move { live.report(Duration::from_secs(5)).await }
        });
        let pending = end.commands.recv().await.unwrap();
        let _ = pending.reply.send(Ok(Outcome::Done));
        assert_eq!(asked.await.unwrap().unwrap_err(), LiveError::Unexpected);

        assert_eq!(live.report(Duration::from_millis(5)).await.unwrap_err(), LiveError::Deadline);
        drop(end);
        assert_eq!(live.report(Duration::from_secs(5)).await.unwrap_err(), LiveError::Gone);
    }

    #[tokio::test]
    async fn the_queue_is_bounded() {
        let (live, _end) = pair();
        for _ in 0..QUEUE {
            let (reply, _answer) = oneshot::channel();
            let pending = Pending { command: Command::Serve, within: Duration::ZERO, deadline: Instant::now(), reply };
            assert!(live.commands.try_send(pending).is_ok());
        }
        assert_eq!(live.command(Command::Report, Duration::from_secs(5)).await.unwrap_err(), LiveError::Busy);
    }
}
