//! The runs that are at work now, and how to stop them.

use kandra_jail::Cancel;
use kandra_model::{RunId, Slug, SourceHash};
use std::{
    collections::HashMap,
    future::Future,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::sync::{Notify, watch};

/// Why a run is to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// Somebody asked for it: the sentence that is kept.
    Cancelled(String),
    /// The same feature was saved again.
    Superseded,
    /// Something more urgent needs its place; it is done again later.
    Preempted,
    /// The server stops; the run is taken up again at the next start.
    Stopping,
}

/// All runs at work; clones share them.
#[derive(Clone, Default)]
pub(crate) struct Active {
    runs: Arc<Mutex<HashMap<RunId, Entry>>>,
    changed: Arc<Notify>,
    admitted: Arc<AtomicUsize>,
}

/// A place for a run that is about to begin; given back when dropped.
pub(crate) struct Admission(Arc<AtomicUsize>);

impl Drop for Admission {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

struct Entry {
    feature: Option<Slug>,
    source: Option<SourceHash>,
    wish: watch::Sender<Option<Why>>,
    cancel: Cancel,
    urgency: Urgency,
}

/// One run's place in the list; taken out when dropped.
pub(crate) struct Ticket {
    run: RunId,
    active: Active,
    wish: watch::Receiver<Option<Why>>,
    cancel: Cancel,
}

/// Whether somebody waits for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// Whoever asked for it and voted.
    Asked,
    /// A person does.
    Foreground,
    /// It only makes something better.
    Background,
}

impl Active {
    /// Enters a run; `None` when somebody drives it already.
    pub(crate) fn enter(&self, run: RunId, urgency: Urgency) -> Option<Ticket> {
        let mut runs = self.lock();
        if runs.contains_key(&run) {
            return None;
        }
        let (sender, wish) = watch::channel(None);
        let cancel = Cancel::new();
        runs.insert(run, Entry { feature: None, source: None, wish: sender, cancel: cancel.clone(), urgency });
        Some(Ticket { run, active: self.clone(), wish, cancel })
    }

    /// Asks a run to stop; whether it is at work at all. The first reason stays.
    pub(crate) fn stop(&self, run: RunId, why: &Why) -> bool {
        self.lock().get(&run).map(|entry| entry.ask(why)).is_some()
    }

    /// Asks all to stop.
    pub(crate) fn stop_all(&self, why: &Why) {
        for entry in self.lock().values() {
            entry.ask(why);
        }
    }

    /// The run that works on this very source of this feature.
    pub(crate) fn with_source(&self, feature: &Slug, source: &SourceHash) -> Option<RunId> {
        let same = |entry: &Entry| entry.feature.as_ref() == Some(feature) && entry.source.as_ref() == Some(source);
        self.lock().iter().find(|(_, entry)| same(entry)).map(|(run, _)| *run)
    }

    /// The runs about this feature.
    pub(crate) fn of_feature(&self, feature: &Slug) -> Vec<RunId> {
        self.lock().iter().filter(|(_, entry)| entry.feature.as_ref() == Some(feature)).map(|(run, _)| *run).collect()
    }

    /// The slugs that runs work on.
    pub(crate) fn slugs(&self) -> Vec<Slug> {
        self.lock().values().filter_map(|entry| entry.feature.clone()).collect()
    }

    /// What a run is known to work on.
    pub(crate) fn feature_of(&self, run: RunId) -> Option<Slug> {
        self.lock().get(&run).and_then(|entry| entry.feature.clone())
    }

    /// How many runs somebody waits for.
    #[cfg(test)]
    pub(crate) fn foreground(&self) -> usize {
        waited_for(&self.lock())
    }

    /// A place among `most` runs that somebody waits for, those that are about to begin included; to be kept until the run
    /// has been entered.
    pub(crate) fn admit(&self, most: usize) -> Option<Admission> {
        let runs = self.lock();
        // Counted and taken under the lock: whoever comes at the same moment sees it.
        if waited_for(&runs) + self.admitted.load(Ordering::Acquire) >= most {
            return None;
        }
        self.admitted.fetch_add(1, Ordering::AcqRel);
        Some(Admission(Arc::clone(&self.admitted)))
    }

    /// How many requests are at work.
    pub(crate) fn asked(&self) -> usize {
        self.lock().values().filter(|entry| entry.urgency == Urgency::Asked).count()
    }

    /// Whether no run is at work.
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Waits until this run is not at work any more.
    pub(crate) async fn ended(&self, run: RunId) {
        self.until(|active| !active.lock().contains_key(&run)).await;
    }

    /// Waits until nothing works on this feature.
    pub(crate) async fn feature_is_free(&self, feature: &Slug) {
        self.until(|active| active.of_feature(feature).is_empty()).await;
    }

    /// Waits until no run is left.
    pub(crate) async fn empty(&self) {
        self.until(|active| active.lock().is_empty()).await;
    }

    async fn until(&self, reached: impl Fn(&Self) -> bool) {
        loop {
            let changed = self.changed.notified();
            if reached(self) {
                return;
            }
            changed.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RunId, Entry>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn waited_for(runs: &HashMap<RunId, Entry>) -> usize {
    runs.values().filter(|entry| entry.urgency != Urgency::Background).count()
}

impl Entry {
    fn ask(&self, why: &Why) {
        self.wish.send_if_modified(|wish| {
            let first = wish.is_none();
            if first {
                *wish = Some(why.clone());
            }
            first
        });
        self.cancel.cancel();
    }
}

impl Ticket {
    /// Which run it is.
    pub(crate) fn run(&self) -> RunId {
        self.run
    }

    /// Notes what it works on.
    pub(crate) fn works_on(&self, feature: &Slug, source: Option<SourceHash>) {
        if let Some(entry) = self.active.lock().get_mut(&self.run) {
            entry.feature = Some(feature.clone());
            entry.source = source.or(entry.source.take());
        }
    }

    /// For work that blocks.
    pub(crate) fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// Why it has to stop, if it has to.
    pub(crate) fn stop(&self) -> Option<Why> {
        self.wish.borrow().clone()
    }

    /// Does `work` unless the run is to stop first.
    pub(crate) async fn unless_stopped<T>(&self, work: impl Future<Output = T>) -> Result<T, Why> {
        let mut wish = self.wish.clone();
        let stopped = async {
            let why = wish.wait_for(Option::is_some).await.ok().and_then(|why| why.clone());
            match why {
                Some(why) => why,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            why = stopped => Err(why),
            done = work => Ok(done),
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.active.lock().remove(&self.run);
        self.active.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_run_has_one_driver_and_the_first_reason_stays() {
        let active = Active::default();
        let run = RunId::generate();
        let ticket = active.enter(run, Urgency::Foreground).unwrap();
        assert!(active.enter(run, Urgency::Foreground).is_none());
        assert_eq!(ticket.unless_stopped(async { 7 }).await, Ok(7));
        assert!(active.stop(run, &Why::Superseded));
        active.stop_all(&Why::Stopping);
        assert_eq!(ticket.unless_stopped(std::future::pending::<()>()).await, Err(Why::Superseded));
        assert!(ticket.cancel().is_cancelled());
        drop(ticket);
        assert!(!active.stop(run, &Why::Stopping));
        active.empty().await;
    }

    #[tokio::test]
    async fn no_more_are_admitted_than_there_are_places() {
        let active = Active::default();
        let _at_work = active.enter(RunId::generate(), Urgency::Foreground).unwrap();
        let _better = active.enter(RunId::generate(), Urgency::Background).unwrap();
        let first = active.admit(3).unwrap();
        let _second = active.admit(3).unwrap();
        assert!(active.admit(3).is_none(), "one at work, two on their way");
        drop(first);
        assert!(active.admit(3).is_some());
    }

    #[tokio::test]
    async fn a_source_in_flight_is_known() {
        let active = Active::default();
        let ticket = active.enter(RunId::generate(), Urgency::Background).unwrap();
        let (poll, source): (Slug, SourceHash) = ("poll".parse().unwrap(), "ab".repeat(32).parse().unwrap());
        ticket.works_on(&poll, Some(source.clone()));
        ticket.works_on(&poll, None);
        assert_eq!(active.with_source(&poll, &source), Some(ticket.run()));
        assert_eq!(active.of_feature(&poll), [ticket.run()]);
        assert_eq!(active.foreground(), 0);
        drop(ticket);
        active.feature_is_free(&poll).await;
    }
}
