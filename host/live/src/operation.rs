//! Host operations and task handles: what a feature's future waits for.
//!
//! No waker crosses the ABI. An operation is its own waker: timers and channels only ever see this host object, which
//! remembers that it is ready and wakes the call's host task. What the library holds are numbers, looked up here, so
//! that a stale or invented one finds nothing.

use crate::{current, environment::Clock, mount::Mount, services::EVENTS};
use kandra_abi::{Op, OpOutput, Status, Task, op_kind};
use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

/// Operations and task handles that one library may hold at once.
const MOST_HELD: usize = 16_384;
const SHARDS: usize = 16;

/// What a finished operation leaves.
struct Output {
    status: Status,
    number: i64,
    data: Vec<u8>,
}

type Pending = Pin<Box<dyn Future<Output = Output> + Send>>;

struct Operation {
    handles: AtomicUsize,
    ready: AtomicBool,
    task: Mutex<Option<Waker>>,
    /// `None` once it is finished or cancelled.
    future: Mutex<Option<Pending>>,
}

impl Wake for Operation {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ready.store(true, Ordering::Release);
        let task = lock(&self.task).take();
        if let Some(task) = task {
            task.wake();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a handle stands for.
enum Held {
    Operation(Arc<Operation>),
    Task(Waker),
}

struct Place {
    generation: u32,
    held: Option<Holding>,
}

struct Holding {
    /// The library that holds it.
    library: u64,
    /// How many that library holds.
    count: Arc<AtomicUsize>,
    held: Held,
}

struct Shard {
    places: Vec<Place>,
    free: Vec<u32>,
}

static TABLE: [Mutex<Shard>; SHARDS] = [const { Mutex::new(Shard { places: Vec::new(), free: Vec::new() }) }; SHARDS];
static NEXT_SHARD: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Workers keep to a shard of their own, so that they do not wait for each other.
    static SHARD: usize = NEXT_SHARD.fetch_add(1, Ordering::Relaxed) % SHARDS;
}

/// A handle: generation in the high half, then place and shard; never zero. `None` when the library holds too many.
fn keep(library: u64, count: &Arc<AtomicUsize>, held: Held) -> Option<usize> {
    if count.fetch_add(1, Ordering::Relaxed) >= MOST_HELD {
        count.fetch_sub(1, Ordering::Relaxed);
        return None;
    }
    let shard_number = SHARD.with(|shard| *shard);
    let mut shard = lock(&TABLE[shard_number]);
    let index = match shard.free.pop() {
        Some(index) => index,
        None => {
            shard.places.push(Place { generation: 1, held: None });
            u32::try_from(shard.places.len() - 1).expect("libraries hold a bounded number of handles")
        }
    };
    let place = &mut shard.places[index as usize];
    place.held = Some(Holding { library, count: count.clone(), held });
    Some((place.generation as usize) << 32 | (index as usize) << 4 | shard_number)
}

/// Looks a handle up, under its shard's lock.
fn look<T>(handle: usize, look: impl FnOnce(&Held) -> T) -> Option<T> {
    let shard = lock(&TABLE[handle % SHARDS]);
    let place = shard.places.get((handle as u32 >> 4) as usize)?;
    let holding = place.held.as_ref().filter(|_| place.generation as usize == handle >> 32)?;
    Some(look(&holding.held))
}

/// Takes what a handle stands for out of the table.
fn remove(handle: usize) -> Option<Held> {
    let mut shard = lock(&TABLE[handle % SHARDS]);
    let index = handle as u32 >> 4;
    let place = shard.places.get_mut(index as usize)?;
    if place.generation as usize != handle >> 32 {
        return None;
    }
    let holding = place.held.take()?;
    place.generation = place.generation.wrapping_add(1).max(1);
    shard.free.push(index);
    holding.count.fetch_sub(1, Ordering::Relaxed);
    Some(holding.held)
}

/// Forgets everything that an unloaded library has not given back.
pub(crate) fn purge(library: u64) {
    for (number, shard) in TABLE.iter().enumerate() {
        let stale: Vec<usize> = {
            let shard = lock(shard);
            let of_library = |place: &Place| place.held.as_ref().is_some_and(|holding| holding.library == library);
            let places = shard.places.iter().enumerate().filter(|(_, place)| of_library(place));
            places.map(|(index, place)| (place.generation as usize) << 32 | index << 4 | number).collect()
        };
        for handle in stale {
            if let Some(Held::Operation(operation)) = remove(handle) {
                drop(lock(&operation.future).take());
            }
        }
    }
}

/// How many handles a library holds.
#[cfg(test)]
pub(crate) fn held_by(library: u64) -> usize {
    let count = |shard: &Mutex<Shard>| lock(shard).places.iter().filter(|p| p.held.as_ref().is_some_and(|h| h.library == library)).count();
    TABLE.iter().map(count).sum()
}

fn operation(op: Op) -> Option<Arc<Operation>> {
    look(op.0.addr(), |held| match held {
        Held::Operation(operation) => Some(operation.clone()),
        Held::Task(_) => None,
    })
    .flatten()
}

const NO_OP: Op = Op(std::ptr::null());

/// The capability that [`op_kind::SQL`] needs.
pub(crate) const SQL: &str = "sql";

/// Starts an operation; a null handle when it is refused.
pub(crate) fn start(kind: u32, number: u64, data: &[u8]) -> Op {
    let started = current::with(|running| {
        let mount = running.lease.mount();
        let future: Pending = match kind {
            op_kind::SLEEP => sleep(&mount.feature.environment.clock, number),
            op_kind::SQL => sql(mount, data),
            op_kind::SOCKET => socket(mount, data),
            op_kind::HTTP => passed_on(crate::http::call(mount, data)),
            op_kind::CALL => passed_on(crate::connect::call(mount, running.chain.as_ref(), data)),
            _ => failed(Status::UNAVAILABLE),
        };
        let operation = Operation {
            handles: AtomicUsize::new(1),
            ready: AtomicBool::new(false),
            task: Mutex::new(None),
            future: Mutex::new(Some(future)),
        };
        keep(mount.number, &mount.handles, Held::Operation(Arc::new(operation)))
    });
    started.flatten().map_or(NO_OP, |handle| Op(std::ptr::without_provenance(handle)))
}

fn failed(status: Status) -> Pending {
    Box::pin(std::future::ready(Output { status, number: 0, data: Vec::new() }))
}

/// Statements on the feature's database, which run on another thread.
fn sql(mount: &Mount, request: &[u8]) -> Pending {
    if !mount.presentation.capabilities.iter().any(|declared| declared == SQL) {
        return failed(Status::NOT_GRANTED);
    }
    let database = match mount.feature.database() {
        Ok(database) => database,
        Err(error) => {
            tracing::error!(feature = %mount.feature.slug, %error, "storage failed");
            return failed(Status::UNAVAILABLE);
        }
    };
    let answer = database.ask(request);
    Box::pin(async move {
        match answer.await {
            Ok(data) => Output { status: Status::OK, number: 0, data },
            Err(refused) => Output { status: refused.status, number: 0, data: refused.reason.into_bytes() },
        }
    })
}

fn socket(mount: &Mount, command: &[u8]) -> Pending {
    if !mount.presentation.capabilities.iter().any(|declared| declared == EVENTS) {
        return failed(Status::NOT_GRANTED);
    }
    // At once, not when it is polled: what is sent keeps its order.
    let output = match mount.feature.environment.sockets.command(&mount.feature.slug, command) {
        Ok(count) => Output { status: Status::OK, number: i64::try_from(count).unwrap_or(i64::MAX), data: Vec::new() },
        Err(refused) => Output { status: refused.status, number: 0, data: refused.reason.as_bytes().to_vec() },
    };
    Box::pin(std::future::ready(output))
}

/// A call to another server or feature.
fn passed_on(call: crate::http::Ending) -> Pending {
    Box::pin(async move {
        let (status, number, data) = call.await;
        Output { status, number, data }
    })
}

fn sleep(clock: &Clock, millis: u64) -> Pending {
    let done = Output { status: Status::OK, number: 0, data: Vec::new() };
    if clock.skip(millis) {
        return Box::pin(std::future::ready(done));
    }
    Box::pin(async move {
        tokio::time::sleep(Duration::from_millis(millis)).await;
        done
    })
}

/// Polls an operation for the call being polled on this thread.
pub(crate) fn poll(op: Op, out: &mut OpOutput) -> bool {
    let Some(operation) = operation(op) else {
        out.status = Status::UNAVAILABLE;
        return true;
    };
    let known = current::with(|running| {
        if let Some(waker) = &running.waker {
            let mut task = lock(&operation.task);
            if !task.as_ref().is_some_and(|task| task.will_wake(waker)) {
                *task = Some(waker.clone());
            }
        }
    });
    if known.is_none() {
        out.status = Status::UNAVAILABLE;
        return true;
    }
    operation.ready.store(false, Ordering::Release);
    let own = Waker::from(operation.clone());
    let mut future = lock(&operation.future);
    let polled = match future.as_mut() {
        Some(future) => future.as_mut().poll(&mut Context::from_waker(&own)),
        // Polled again after it was finished.
        None => Poll::Ready(Output { status: Status::UNAVAILABLE, number: 0, data: Vec::new() }),
    };
    match polled {
        Poll::Pending => false,
        Poll::Ready(output) => {
            *future = None;
            *out = OpOutput { status: output.status, number: output.number, data: output.data.into() };
            true
        }
    }
}

/// Whether the operation asked to be polled since its last poll.
pub(crate) fn ready(op: Op) -> bool {
    operation(op).is_some_and(|operation| operation.ready.load(Ordering::Acquire))
}

/// A second handle to the same operation.
pub(crate) fn clone(op: Op) -> Op {
    if let Some(operation) = operation(op) {
        operation.handles.fetch_add(1, Ordering::Relaxed);
    }
    op
}

/// Gives a handle back; the last one cancels the operation.
pub(crate) fn release(op: Op) {
    let last = operation(op).is_some_and(|operation| operation.handles.fetch_sub(1, Ordering::AcqRel) == 1);
    if last && let Some(Held::Operation(operation)) = remove(op.0.addr()) {
        // Timers hold the operation, and the operation its timer: this breaks the circle.
        let future = lock(&operation.future).take();
        drop(future);
    }
}

/// A handle to the host task that polls on this thread; null when there is none.
pub(crate) fn current_task() -> Task {
    let handle = current::with(|running| {
        let waker = running.waker.clone()?;
        let mount = running.lease.mount();
        keep(mount.number, &mount.handles, Held::Task(waker))
    });
    Task(handle.flatten().map_or(std::ptr::null(), std::ptr::without_provenance))
}

/// Has that task polled again.
pub(crate) fn wake_task(task: Task) {
    let waker = look(task.0.addr(), |held| match held {
        Held::Task(waker) => Some(waker.clone()),
        Held::Operation(_) => None,
    });
    if let Some(waker) = waker.flatten() {
        waker.wake();
    }
}

/// Gives a task handle back.
pub(crate) fn release_task(task: Task) {
    drop(remove(task.0.addr()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_or_invented_handle_finds_nothing() {
        let library = u64::MAX;
        let count = Arc::new(AtomicUsize::new(0));
        let keep = || keep(library, &count, Held::Task(Waker::noop().clone()));
        let handle = keep().unwrap();
        assert_ne!(handle, 0);
        assert_eq!(held_by(library), 1);
        assert!(look(handle, |_| ()).is_some());
        assert!(remove(handle).is_some());
        assert!(remove(handle).is_none());
        let second = keep().unwrap();
        assert_ne!(handle, second);
        assert!(look(handle, |_| ()).is_none());
        for invented in [0, 1, usize::MAX, handle ^ 1 << 40] {
            assert!(look(invented, |_| ()).is_none());
        }
        purge(library);
        assert_eq!(held_by(library), 0);
        assert!(look(second, |_| ()).is_none());
        assert_eq!(count.load(Ordering::Relaxed), 0);

        let held: Vec<usize> = std::iter::from_fn(keep).collect();
        assert_eq!(held.len(), MOST_HELD);
        purge(library);
        assert!(keep().is_some());
        purge(library);
    }

    #[test]
    fn outside_a_call_operations_are_refused() {
        let op = start(op_kind::SLEEP, 1, &[]);
        assert!(op.0.is_null());
        let mut out = OpOutput { status: Status::OK, number: 0, data: Vec::new().into() };
        assert!(poll(op, &mut out));
        assert_eq!(out.status, Status::UNAVAILABLE);
        assert!(current_task().0.is_null());
    }
}
