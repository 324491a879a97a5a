//! Unloads retired revisions when their last lease is given back, on a thread of its own.
//!
//! Order: no lease; thread-local destructors on every worker; teardown; dlclose; a look into the process's own maps.
//! Where a worker does not answer, the library stays mapped (pinned) rather than pulled away under it.

use crate::{
    environment::Outlet,
    load::{self, Closed},
    mount::Mount,
    operation,
    worker::{self, Workers},
};
use kandra_model::Timestamp;
use kandra_wire::{ToControl, UnloadReport};
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread::{JoinHandle, Thread},
    time::{Duration, Instant},
};

/// How long workers may take to run destructors.
const PATIENCE: Duration = Duration::from_secs(5);
/// Processor milliseconds that one library's destructors may take on one worker.
const DESTRUCTOR_BUDGET_MS: u32 = 50;
/// Between two times that freed memory is given back to the system.
const GIVE_BACK_EVERY: Duration = Duration::from_secs(1);
/// How many unloads are remembered.
const REMEMBERED: usize = 50;

/// How unloads have come out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unloads {
    pub verified: u64,
    pub pinned: u64,
    /// The newest, oldest first.
    pub newest: VecDeque<UnloadReport>,
    /// What the newest one found; `None` for a library that was not closed.
    pub last: Option<Closed>,
}

/// Takes retired mounts over.
#[derive(Clone, Debug)]
pub(crate) struct Reaper(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    waiting: Mutex<Vec<Arc<Mount>>>,
    unloads: Mutex<Unloads>,
    thread: OnceLock<Thread>,
    ended: AtomicBool,
}

impl Reaper {
    /// Starts the thread.
    pub fn start(workers: Arc<Workers>, outlet: Arc<dyn Outlet>) -> std::io::Result<(Self, JoinHandle<()>)> {
        let shared = Arc::new(Shared::default());
        let thread = std::thread::Builder::new().name("kandra-reaper".to_owned()).spawn({
            let shared = shared.clone();
            move || shared.run(&workers, &*outlet)
        })?;
        let _ = shared.thread.set(thread.thread().clone());
        Ok((Self(shared), thread))
    }

    /// Begins the drain of a mount to which the route table does not lead any more.
    pub fn retire(&self, mount: Arc<Mount>) {
        mount.retire();
        mount.copy_bodies_out();
        self.0.waiting().push(mount);
        self.wake();
    }

    /// A lease of a retired mount was given back.
    pub fn wake(&self) {
        if let Some(thread) = self.0.thread.get() {
            thread.unpark();
        }
    }

    /// Mounts that drain: with the number of their leases.
    pub fn draining(&self) -> Vec<Arc<Mount>> {
        self.0.waiting().clone()
    }

    /// How unloads have come out so far.
    pub fn unloads(&self) -> Unloads {
        self.0.unloads().clone()
    }

    /// The thread ends once nothing drains any more.
    pub fn end(&self) {
        self.0.ended.store(true, Ordering::Release);
        self.wake();
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Vec<Arc<Mount>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unloads(&self) -> MutexGuard<'_, Unloads> {
        self.unloads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, workers: &Arc<Workers>, outlet: &dyn Outlet) {
        let mut given_back = Instant::now();
        loop {
            let (ready, left) = {
                let mut waiting = self.waiting();
                let ready: Vec<_> = waiting.extract_if(.., |mount| mount.leases() == 0).collect();
                (ready, waiting.len())
            };
            if !ready.is_empty() {
                self.unload(ready, workers, outlet);
                // What a library's databases, calls and bookkeeping used on this side would stay with the process otherwise.
                if given_back.elapsed() >= GIVE_BACK_EVERY {
                    load::give_back_memory();
                    given_back = Instant::now();
                }
                continue;
            }
            if left == 0 && self.ended.load(Ordering::Acquire) {
                return;
            }
            // The last lease unparks us; the time-out is for what no wake-up announces, such as a caller that only
            // looked at a mount.
            std::thread::park_timeout(if left == 0 { Duration::from_secs(60) } else { Duration::from_millis(20) });
        }
    }

    /// Unloads several at once: the workers are asked once for all of them.
    fn unload(&self, mounts: Vec<Arc<Mount>>, workers: &Arc<Workers>, outlet: &dyn Outlet) {
        let began = Instant::now();
        let all_ran = run_destructors(&mounts, workers);
        for mount in mounts {
            let (feature, revision, artifact, number) = (mount.feature.clone(), mount.revision, mount.artifact.clone(), mount.number);
            let library = exclusive(mount).map(|mount| mount.library);
            let closed = match library {
                Some(library) if all_ran => Some(worker::enter_for_mount(workers, number, PATIENCE, || library.close())),
                Some(library) => {
                    library.pin();
                    None
                }
                None => None,
            };
            let verified = closed.is_some_and(|closed| closed.verified);
            operation::purge(number);
            let report = UnloadReport {
                feature: feature.slug.clone(),
                revision,
                artifact,
                verified,
                micros: u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
                at: Timestamp::now(),
            };
            if verified {
                tracing::debug!(feature = %report.feature, %revision, micros = report.micros, "unloaded");
            } else {
                tracing::warn!(feature = %report.feature, %revision, "the library could not be unmapped and stays");
            }
            let mut unloads = self.unloads();
            *if verified { &mut unloads.verified } else { &mut unloads.pinned } += 1;
            if unloads.newest.len() == REMEMBERED {
                unloads.newest.pop_front();
            }
            unloads.newest.push_back(report.clone());
            unloads.last = closed;
            drop(unloads);
            feature.environment.count_dropped(outlet.report(ToControl::Unloaded(report)));
        }
    }
}

/// Whether every worker has run the libraries' thread-local destructors.
fn run_destructors(mounts: &[Arc<Mount>], workers: &Workers) -> bool {
    let runs: Vec<_> = mounts.iter().map(|mount| (mount.number, mount.library.thread_destructors())).collect();
    let (done, all_done) = mpsc::channel();
    let asked = workers.post(|| {
        let (runs, done) = (runs.clone(), done.clone());
        Box::new(move || {
            for (number, run) in runs {
                worker::enter(number, DESTRUCTOR_BUDGET_MS, run);
            }
            let _ = done.send(());
        })
    });
    drop(done);
    let until = Instant::now() + PATIENCE;
    for _ in 0..asked {
        match all_done.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(()) => {}
            // A worker that ended dropped its queue: it runs nothing any more.
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => return false,
        }
    }
    true
}

/// The mount alone, once callers that only looked at it have let go.
fn exclusive(mut mount: Arc<Mount>) -> Option<Mount> {
    let until = Instant::now() + PATIENCE;
    loop {
        match Arc::try_unwrap(mount) {
            Ok(mount) => return Some(mount),
            Err(shared) if Instant::now() < until => {
                mount = shared;
                std::thread::sleep(Duration::from_micros(50));
            }
            Err(shared) => {
                // Somebody keeps it for ever; so do we.
                std::mem::forget(shared);
                return None;
            }
        }
    }
}
