//! Threads that run features' code: their budget, their place in the flight recorder, their job queue.
//!
//! A library is only entered through [`enter`], on a thread that has joined as a [`Worker`] (or through
//! [`enter_for_mount`]). The watchdog reads the slots from outside; a worker spends two atomic stores and one
//! compare-and-swap on each entry.

use crate::{load, recorder::Recorder};
use futures_util::{StreamExt, future::LocalBoxFuture, stream::FuturesUnordered};
use std::{
    cell::RefCell,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Bytes of stack that a feature's call leaves to the host.
const STACK_RESERVE: usize = 256 << 10;

/// What a slot's worker is at: a rising number of entries, times four, plus one of these.
pub(crate) mod phase {
    pub const OUTSIDE: u64 = 0;
    pub const INSIDE: u64 = 1;
    /// The watchdog is about to write the limit word.
    pub const CLAIMED: u64 = 2;
    /// The watchdog has written it.
    pub const STOPPED: u64 = 3;
    pub const MASK: u64 = 3;
}

pub(crate) type Job = Box<dyn FnOnce() + Send>;

/// Makes a future, on the worker that polls it.
pub(crate) type Make = Box<dyn FnOnce() -> LocalBoxFuture<'static, ()> + Send>;

/// What is posted to a worker.
pub(crate) enum Work {
    Run(Job),
    Drive(Make),
}

/// One thread, as the watchdog and the reaper see it.
#[derive(Debug)]
pub(crate) struct Slot {
    index: usize,
    pub state: AtomicU64,
    /// Milliseconds of processor time that the present entry may take.
    pub budget_ms: AtomicU32,
    /// Whether it may have to wait for the disk just now.
    pub waits_for_disk: AtomicBool,
    /// The library of the present entry, by its number in the flight recorder.
    pub library: AtomicU64,
    pub limit: load::LimitWord,
    floor: usize,
    jobs: Option<UnboundedSender<Work>>,
}

/// All threads that run features' code for one `Live`.
#[derive(Debug)]
pub(crate) struct Workers {
    slots: Mutex<Vec<Arc<Slot>>>,
    recorder: Recorder,
    /// Who drives the next future.
    turn: AtomicUsize,
    watchdog: std::sync::OnceLock<std::thread::Thread>,
    pub watchdog_sleeps: std::sync::atomic::AtomicBool,
}

thread_local! {
    static OWN: RefCell<Option<(Arc<Slot>, Arc<Workers>)>> = const { RefCell::new(None) };
}

impl Slot {
    /// Whether requests are served here, as opposed to an entry for a mount.
    pub fn serves(&self) -> bool {
        self.jobs.is_some()
    }
}

impl Workers {
    pub fn new(recorder: Recorder) -> Arc<Self> {
        Arc::new(Self {
            slots: Mutex::default(),
            recorder,
            turn: AtomicUsize::new(0),
            watchdog: std::sync::OnceLock::new(),
            watchdog_sleeps: false.into(),
        })
    }

    pub fn slots(&self) -> Vec<Arc<Slot>> {
        self.lock().clone()
    }

    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    pub fn watched_by(&self, thread: std::thread::Thread) {
        let _ = self.watchdog.set(thread);
    }

    pub fn wake_watchdog(&self) {
        if let Some(thread) = self.watchdog.get() {
            thread.unpark();
        }
    }

    /// Posts a job to every worker with a queue and answers how many took it.
    pub fn post(&self, mut job: impl FnMut() -> Job) -> usize {
        self.lock().iter().filter(|slot| slot.jobs.as_ref().is_some_and(|jobs| jobs.send(Work::Run(job())).is_ok())).count()
    }

    /// Has one of the workers drive a future to its end; `false` when there is none.
    pub fn drive(&self, make: Make) -> bool {
        let slots = self.lock();
        let queues: Vec<_> = slots.iter().filter_map(|slot| slot.jobs.as_ref()).filter(|jobs| !jobs.is_closed()).collect();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        !queues.is_empty() && queues[turn % queues.len()].send(Work::Drive(make)).is_ok()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn register(self: &Arc<Self>, jobs: Option<UnboundedSender<Work>>) -> Arc<Slot> {
        let limit = load::LimitWord::default();
        limit.attach();
        let mut slots = self.lock();
        let index = (0..).find(|index| slots.iter().all(|slot| slot.index != *index)).expect("there are more numbers than threads");
        let slot = Arc::new(Slot {
            index,
            state: AtomicU64::new(0),
            budget_ms: AtomicU32::new(0),
            waits_for_disk: AtomicBool::new(false),
            library: AtomicU64::new(0),
            limit,
            floor: load::stack_floor(STACK_RESERVE),
            jobs,
        });
        slots.push(slot.clone());
        slot
    }

    fn unregister(&self, slot: &Arc<Slot>) {
        slot.limit.detach();
        self.lock().retain(|other| !Arc::ptr_eq(other, slot));
    }
}

/// This thread's membership. Calls can be dispatched on this thread as long as the value lives and [`Self::run`] is
/// polled: it runs thread-local destructors of libraries that are being unloaded. Not `Send`.
pub struct Worker {
    slot: Arc<Slot>,
    workers: Arc<Workers>,
    jobs: UnboundedReceiver<Work>,
    /// Runs what libraries have recorded on this thread, before it ends.
    leave: Box<dyn Fn()>,
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Worker").field(&self.slot.index).finish()
    }
}

impl Worker {
    pub(crate) fn join(workers: &Arc<Workers>, leave: Box<dyn Fn()>) -> Self {
        let (sender, jobs) = unbounded_channel();
        let slot = workers.register(Some(sender));
        OWN.with(|own| *own.borrow_mut() = Some((slot.clone(), workers.clone())));
        Self { slot, workers: workers.clone(), jobs, leave }
    }

    /// Runs posted jobs and the calls of tasks for as long as it is polled; spawn it on this thread's own executor.
    pub async fn run(mut self) {
        // Dropped before `self`: the calls in it need a worker.
        let mut driven = FuturesUnordered::new();
        loop {
            tokio::select! {
                work = self.jobs.recv() => match work {
                    Some(Work::Run(job)) => job(),
                    Some(Work::Drive(make)) => driven.push(make()),
                    None => return,
                },
                Some(()) = driven.next(), if !driven.is_empty() => {}
            }
        }
    }

    /// Runs the jobs that wait now; futures that nobody has begun are dropped.
    pub fn run_waiting(&mut self) {
        while let Ok(work) = self.jobs.try_recv() {
            if let Work::Run(job) = work {
                job();
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.jobs.close();
        self.run_waiting();
        (self.leave)();
        self.workers.unregister(&self.slot);
        OWN.with(|own| {
            let mut own = own.borrow_mut();
            if own.as_ref().is_some_and(|(slot, _)| Arc::ptr_eq(slot, &self.slot)) {
                *own = None;
            }
        });
    }
}

/// Whether this thread has joined.
pub(crate) fn is_worker() -> bool {
    OWN.with(|own| own.borrow().is_some())
}

/// Runs `inside` with this worker's budget, noted in the flight recorder under `library`. `None` when this thread is no
/// worker; nothing was run then.
#[inline]
pub(crate) fn enter<T>(library: u64, budget_ms: u32, inside: impl FnOnce() -> T) -> Option<T> {
    OWN.with(|own| {
        let own = own.borrow();
        let (slot, workers) = own.as_ref()?;
        Some(slot.enter(workers, library, budget_ms, inside))
    })
}

/// Runs what the host does for a call and what may wait for the disk: the watchdog is patient with it.
#[inline]
pub(crate) fn waiting_for_disk<T>(work: impl FnOnce() -> T) -> T {
    OWN.with(|own| {
        let own = own.borrow();
        let Some((slot, _)) = own.as_ref() else { return work() };
        slot.waits_for_disk.store(true, Ordering::Relaxed);
        let out = work();
        slot.waits_for_disk.store(false, Ordering::Relaxed);
        out
    })
}

/// [`enter`] on any thread: one that is no worker is watched for this entry only.
pub(crate) fn enter_for_mount<T>(workers: &Arc<Workers>, library: u64, budget: Duration, inside: impl FnOnce() -> T) -> T {
    let budget_ms = u32::try_from(budget.as_millis()).unwrap_or(u32::MAX);
    if is_worker() {
        return enter(library, budget_ms, inside).expect("this thread is a worker");
    }
    let slot = workers.register(None);
    let out = slot.enter(workers, library, budget_ms, inside);
    workers.unregister(&slot);
    out
}

impl Slot {
    #[inline]
    fn enter<T>(&self, workers: &Workers, library: u64, budget_ms: u32, inside: impl FnOnce() -> T) -> T {
        let before = self.state.load(Ordering::Relaxed);
        if before & phase::MASK != phase::OUTSIDE {
            // A call dropped within a call: the outer entry's budget covers it.
            return inside();
        }
        load::set_own_limit(self.floor);
        self.budget_ms.store(budget_ms, Ordering::Relaxed);
        self.library.store(library, Ordering::Relaxed);
        let entered = before | phase::INSIDE;
        self.state.store(entered, Ordering::Release);
        workers.recorder.enter(self.index, library);
        if workers.watchdog_sleeps.load(Ordering::Relaxed) {
            workers.wake_watchdog();
        }
        let out = inside();
        workers.recorder.leave(self.index);
        let outside = (before | phase::MASK) + 1;
        if self.state.compare_exchange(entered, outside, Ordering::AcqRel, Ordering::Acquire).is_err() {
            // The watchdog has claimed this entry: wait the nanoseconds until it has written the limit word, or its
            // write would hit the next call.
            while self.state.load(Ordering::Acquire) & phase::MASK != phase::STOPPED {
                std::hint::spin_loop();
            }
            self.state.store(outside, Ordering::Release);
        }
        out
    }
}
