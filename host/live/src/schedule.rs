//! When tasks are called: one beat for each task of each feature, kept across revisions.
//!
//! A thread of its own waits for the next beat and hands the call to a worker. Never two of one task run at once: a beat
//! that falls due meanwhile is kept until it has ended; several that do become one.

use crate::{
    live::{Ask, Live},
    routes::TASK,
    worker::Workers,
};
use kandra_model::Slug;
use std::{
    collections::HashMap,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, Instant},
};

/// Between a task's first mount and its first beat.
const FIRST: Duration = Duration::from_secs(1);
/// How long the thread sleeps at most: when nobody could take a beat, it is offered again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Which task: the feature's and its own name.
type Name = (Slug, String);

/// The beats of all tasks.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Debug, Default)]
struct State {
    beats: HashMap<Name, Beat>,
    ended: bool,
}

#[derive(Debug)]
struct Beat {
    period: Duration,
    next: Instant,
    running: bool,
}

impl Schedule {
    /// Starts the thread, which ends with [`Self::end`] or with `live`.
    pub fn start(self: &Arc<Self>, live: &Arc<Live>, workers: &Arc<Workers>) -> std::io::Result<()> {
        let (schedule, live, workers) = (self.clone(), Arc::downgrade(live), workers.clone());
        std::thread::Builder::new().name("kandra-schedule".to_owned()).spawn(move || schedule.run(&live, &workers)).map(drop)
    }

    /// Takes over a feature's tasks. One that was there goes on with its beat.
    pub fn set<'t>(&self, feature: &Slug, tasks: impl Iterator<Item = (&'t str, Duration)>) {
        let now = Instant::now();
        let mut state = self.state();
        let mut old: HashMap<Name, Beat> = state.beats.extract_if(|(slug, _), _| slug == feature).collect();
        for (name, period) in tasks {
            let name = (feature.clone(), name.to_owned());
            let beat = match old.remove(&name) {
                Some(beat) => Beat { period, next: beat.next.min(now + period), ..beat },
                None => Beat { period, next: now + FIRST.min(period), running: false },
            };
            state.beats.insert(name, beat);
        }
        drop(state);
        self.work.notify_one();
    }

    /// Nothing is called any more; the thread ends.
    pub fn end(&self) {
        self.state().ended = true;
        self.work.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(self: Arc<Self>, live: &Weak<Live>, workers: &Workers) {
        loop {
            let now = Instant::now();
            let due = self.state().due(now);
            // Without the lock: a call that nobody takes is dropped here, and takes it.
            for name in due {
                let running = Running { schedule: self.clone(), name: name.clone() };
                let live = live.clone();
                if !workers.drive(Box::new(move || Box::pin(beat(live, running)))) {
                    // Nobody has joined yet.
                    self.state().put_off(&name, now + FIRST);
                }
            }
            let state = self.state();
            if state.ended || live.strong_count() == 0 {
                return;
            }
            let next = state.beats.values().filter(|beat| !beat.running).map(|beat| beat.next).min();
            let patience = next.map_or(LOOK_AGAIN, |next| next.saturating_duration_since(Instant::now()).min(LOOK_AGAIN));
            drop(self.work.wait_timeout(state, patience).unwrap_or_else(PoisonError::into_inner));
        }
    }
}

impl State {
    /// The tasks to call now; they count as running, and their next beat is set.
    fn due(&mut self, now: Instant) -> Vec<Name> {
        let due = self.beats.iter_mut().filter(|(_, beat)| !beat.running && beat.next <= now);
        due.map(|(name, beat)| {
            beat.running = true;
            // The beat keeps its grid, unless it is a whole period behind.
            beat.next += beat.period;
            if beat.next <= now {
                beat.next = now + beat.period;
            }
            name.clone()
        })
        .collect()
    }

    fn put_off(&mut self, name: &Name, until: Instant) {
        if let Some(beat) = self.beats.get_mut(name) {
            beat.running = false;
            beat.next = until;
        }
    }
}

/// A task that is called; it may be called again once the value is dropped.
struct Running {
    schedule: Arc<Schedule>,
    name: Name,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(beat) = self.schedule.state().beats.get_mut(&self.name) {
            beat.running = false;
        }
        self.schedule.work.notify_one();
    }
}

/// Calls a task of whichever revision serves now. What it fails with is told by the call itself.
async fn beat(live: Weak<Live>, running: Running) {
    let Some(live) = live.upgrade() else { return };
    let (slug, task) = &running.name;
    let path = format!("/{slug}/{task}");
    let ask = Ask { method: TASK, path: &path, query: "", headers: &[], body: b"", visitor: "" };
    match live.try_dispatch(ask).await {
        Ok(answered) if answered.status() < 400 => live.changed(slug),
        Ok(_) => {}
        Err(failure) => tracing::debug!(feature = %slug, task, code = failure.code(), "a task did not run to its end"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Duration = Duration::from_secs(10);

    fn slug() -> Slug {
        "clock".parse().unwrap()
    }

    #[test]
    fn a_beat_that_nobody_can_take_is_put_off() {
        let schedule = Arc::new(Schedule::default());
        let live = Live::start(crate::Config { artifacts: "/".into(), features: "/".into(), outlet: Arc::new(crate::Silence) }).unwrap();
        let workers = Workers::new(crate::recorder::Recorder::default());
        schedule.start(&live, &workers).unwrap();
        schedule.set(&slug(), [("tidy", PERIOD)].into_iter());
        schedule.state().beats.values_mut().next().unwrap().next = Instant::now();
        schedule.work.notify_one();
        let until = Instant::now() + Duration::from_secs(10);
        while schedule.state().beats.values().next().unwrap().next <= Instant::now() {
            assert!(Instant::now() < until);
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(!schedule.state().beats.values().next().unwrap().running);
        schedule.end();
    }

    #[test]
    fn a_swap_neither_loses_nor_doubles_a_beat() {
        let schedule = Schedule::default();
        let began = Instant::now();
        let tasks = || [("tidy", PERIOD)].into_iter();
        schedule.set(&slug(), tasks());
        let first = schedule.state().beats.values().next().unwrap().next;
        schedule.set(&slug(), tasks());
        assert_eq!(schedule.state().beats.values().next().unwrap().next, first, "a new revision takes the beat over");
        assert!(schedule.state().due(began).is_empty());
        assert_eq!(schedule.state().due(first).len(), 1);
        // It runs: the next beat waits for its end, and two become one.
        schedule.set(&slug(), tasks());
        assert!(schedule.state().due(first + 2 * PERIOD).is_empty());
        schedule.state().put_off(&(slug(), "tidy".to_owned()), first + PERIOD);
        assert_eq!(schedule.state().due(first + 3 * PERIOD).len(), 1);
        schedule.state().put_off(&(slug(), "tidy".to_owned()), first + 4 * PERIOD);
        assert!(schedule.state().due(first + 3 * PERIOD).is_empty());
        schedule.set(&slug(), std::iter::empty());
        assert!(schedule.state().beats.is_empty());
    }
}
