//! Stops calls whose poll has used up its budget, from a thread of its own.
//!
//! The budget is processor time, so that a busy machine does not make innocent calls fail; a poll that waits (a lock
//! taken twice) is stopped by the wall clock. Stopping means writing the worker's limit word: the next tick unwinds. A
//! worker that does not leave its call after that is stuck, which only the replacement of the process mends.

use crate::worker::{Slot, Workers, phase};
use std::{
    sync::{Arc, Weak, atomic::Ordering},
    time::{Duration, Instant},
};

/// Between two looks while calls run.
const PACE: Duration = Duration::from_millis(5);
/// Between two looks while none has run for a second.
const SLOW_PACE: Duration = Duration::from_millis(100);
/// By the wall clock an entry may take so much longer than its budget.
const WALL_GRACE: Duration = Duration::from_secs(1);
/// A worker that was told to stop and has computed on for so long, or not returned after so long, is stuck.
const STUCK_COMPUTING: Duration = Duration::from_millis(500);
const STUCK_AFTER: Duration = Duration::from_secs(4);
/// How long somebody who was told of a stuck worker may take to replace the process.
const REPLACE_WITHIN: Duration = Duration::from_secs(12);

struct Seen {
    slot: Arc<Slot>,
    state: u64,
    since: Instant,
    processor: Option<Duration>,
    stopped: Option<Stopped>,
}

/// What came of the wish that an entry should end.
struct Stopped {
    at: Instant,
    processor: Option<Duration>,
    told: Option<Instant>,
}

/// A worker that does not leave its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// It serves; this is the library that it is in. Said once.
    Serving(u64),
    /// It mounts, or nobody has replaced the process since it was told.
    ForGood,
}

/// Starts the watchdog; it ends when the workers' owner is gone. `stuck` is told of workers that cannot be stopped.
pub(crate) fn start(workers: &Arc<Workers>, stuck: impl Fn(Stuck) + Send + 'static) -> std::io::Result<()> {
    let weak = Arc::downgrade(workers);
    let thread = std::thread::Builder::new().name("kandra-watchdog".to_owned()).spawn(move || watch(&weak, &stuck))?;
    workers.watched_by(thread.thread().clone());
    Ok(())
}

fn watch(workers: &Weak<Workers>, stuck: &dyn Fn(Stuck)) {
    let mut seen: Vec<Seen> = Vec::new();
    let mut quiet_since = Instant::now();
    while let Some(workers) = workers.upgrade() {
        let slots = workers.slots();
        seen.retain(|entry| slots.iter().any(|slot| Arc::ptr_eq(slot, &entry.slot)));
        let now = Instant::now();
        for slot in slots {
            let state = slot.state.load(Ordering::Acquire);
            let entry = match seen.iter_mut().find(|entry| Arc::ptr_eq(&entry.slot, &slot)) {
                Some(entry) => entry,
                None => {
                    seen.push(Seen { slot, state: u64::MAX, since: now, processor: None, stopped: None });
                    seen.last_mut().expect("just pushed")
                }
            };
            if state != entry.state {
                quiet_since = now;
            }
            if state != entry.state || state & phase::MASK == phase::OUTSIDE {
                *entry = Seen { slot: entry.slot.clone(), state, since: now, processor: None, stopped: None };
                if state & phase::MASK == phase::INSIDE {
                    entry.processor = entry.slot.limit.processor_time();
                }
                continue;
            }
            quiet_since = now;
            entry.look(now, stuck);
        }
        let pace = if now.duration_since(quiet_since) > Duration::from_secs(1) { SLOW_PACE } else { PACE };
        workers.watchdog_sleeps.store(pace == SLOW_PACE, Ordering::Relaxed);
        drop(workers);
        std::thread::park_timeout(pace);
    }
}

impl Seen {
    fn look(&mut self, now: Instant, stuck: &dyn Fn(Stuck)) {
        let budget = Duration::from_millis(self.slot.budget_ms.load(Ordering::Relaxed).into());
        match &mut self.stopped {
            Some(stopped) => {
                if let Some(how) = stopped.look(now, &self.slot) {
                    stuck(how);
                }
            }
            None => {
                if self.processor.is_none() {
                    self.processor = self.slot.limit.processor_time();
                }
                let used = self.slot.limit.processor_time().zip(self.processor).map(|(after, before)| after.saturating_sub(before));
                let spent = used.is_some_and(|used| used >= budget) || now.duration_since(self.since) >= budget + WALL_GRACE;
                let claimed = self.state & !phase::MASK | phase::CLAIMED;
                if spent && self.slot.state.compare_exchange(self.state, claimed, Ordering::AcqRel, Ordering::Acquire).is_ok() {
                    self.slot.limit.stop();
                    self.state |= phase::STOPPED;
                    self.slot.state.store(self.state, Ordering::Release);
                    self.stopped = Some(Stopped { at: now, processor: self.slot.limit.processor_time(), told: None });
                }
            }
        }
    }
}

impl Stopped {
    fn look(&mut self, now: Instant, slot: &Slot) -> Option<Stuck> {
        if let Some(told) = self.told {
            return (now.duration_since(told) >= REPLACE_WITHIN).then_some(Stuck::ForGood);
        }
        let computed = slot.limit.processor_time().zip(self.processor).map(|(after, before)| after.saturating_sub(before));
        if computed.is_none_or(|computed| computed < STUCK_COMPUTING) && now.duration_since(self.at) < STUCK_AFTER {
            return None;
        }
        self.told = Some(now);
        Some(if slot.serves() { Stuck::Serving(slot.library.load(Ordering::Relaxed)) } else { Stuck::ForGood })
    }
}
