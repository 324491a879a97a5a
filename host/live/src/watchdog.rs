//! Stops calls whose poll has used up its budget, from a thread of its own.
//!
//! The budget is processor time, so that a busy machine does not make innocent calls fail; a poll that waits (a lock
//! taken twice) is stopped by the wall clock. Stopping means writing the worker's limit word: the next tick unwinds. A
//! call that does not heed that takes no further worker: its feature rests. A worker that still does not leave its call
//! is stuck, which only the replacement of the process mends.

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
/// A call that was told to stop and has not after this does not heed it.
const HEEDLESS_AFTER: Duration = Duration::from_millis(200);
/// A worker that was told to stop is stuck when it has computed for so long since then; or when it has done nothing at
/// all for so long, though it waits for nothing of the host's, so that it waits for itself.
const STUCK_AFTER: Duration = Duration::from_secs(1);
/// So little processor time is none.
const NOTHING: Duration = Duration::from_millis(2);
/// Whatever it does, it is stuck after so long by the clock: so long a disk may keep a call waiting.
const STUCK_AFTER_ALL: Duration = Duration::from_secs(5);

/// Who is told about calls that do not stop, by the number of its library or by its worker.
pub(crate) struct Told {
    /// It was told to stop and goes on.
    pub heedless: Box<dyn Fn(u64) + Send>,
    /// Its worker cannot be freed.
    pub stuck: Box<dyn Fn(&Slot) + Send>,
}

struct Seen {
    slot: Arc<Slot>,
    state: u64,
    since: Instant,
    processor: Option<Duration>,
    stopped: Option<Stopped>,
}

/// An entry that was told to stop.
struct Stopped {
    at: Instant,
    /// Processor time that its thread had used by then.
    processor: Option<Duration>,
    heedless: bool,
}

/// Starts the watchdog; it ends when the workers' owner is gone.
pub(crate) fn start(workers: &Arc<Workers>, told: Told) -> std::io::Result<()> {
    let weak = Arc::downgrade(workers);
    let thread = std::thread::Builder::new().name("kandra-watchdog".to_owned()).spawn(move || watch(&weak, &told))?;
    workers.watched_by(thread.thread().clone());
    Ok(())
}

fn watch(workers: &Weak<Workers>, told: &Told) {
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
            entry.look(now, told);
        }
        let pace = if now.duration_since(quiet_since) > Duration::from_secs(1) { SLOW_PACE } else { PACE };
        workers.watchdog_sleeps.store(pace == SLOW_PACE, Ordering::Relaxed);
        drop(workers);
        std::thread::park_timeout(pace);
    }
}

impl Seen {
    fn look(&mut self, now: Instant, told: &Told) {
        let budget = Duration::from_millis(self.slot.budget_ms.load(Ordering::Relaxed).into());
        let processor = self.slot.limit.processor_time();
        let used_since = |before: Option<Duration>| processor.zip(before).map(|(after, before)| after.saturating_sub(before));
        match &mut self.stopped {
            Some(stopped) => {
                let (waited, used) = (now.duration_since(stopped.at), used_since(stopped.processor));
                if waited >= HEEDLESS_AFTER && !stopped.heedless {
                    stopped.heedless = true;
                    (told.heedless)(self.slot.library.load(Ordering::Relaxed));
                }
                let asleep = |used| used < NOTHING && waited >= STUCK_AFTER && !self.slot.waits_for_disk.load(Ordering::Relaxed);
                if used.is_some_and(|used| used >= STUCK_AFTER || asleep(used)) || waited >= STUCK_AFTER_ALL {
                    (stopped.at, stopped.processor) = (now, processor);
                    (told.stuck)(&self.slot);
                }
            }
            None => {
                if self.processor.is_none() {
                    self.processor = processor;
                }
                let used = used_since(self.processor);
                let spent = used.is_some_and(|used| used >= budget) || now.duration_since(self.since) >= budget + WALL_GRACE;
                let claimed = self.state & !phase::MASK | phase::CLAIMED;
                if spent && self.slot.state.compare_exchange(self.state, claimed, Ordering::AcqRel, Ordering::Acquire).is_ok() {
                    self.slot.limit.stop();
                    self.state |= phase::STOPPED;
                    self.slot.state.store(self.state, Ordering::Release);
                    self.stopped = Some(Stopped { at: now, processor, heedless: false });
                }
            }
        }
    }
}
