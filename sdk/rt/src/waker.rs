//! Wakers inside the library.
//!
//! A call is polled with a **root waker** that lives on the stack of that one poll and costs nothing. A clone of it is an
//! `Arc` that holds a handle to the host's task, and may be kept anywhere, in a static too.
//!
//! An operation that is polled with another waker than the root one sits inside a combinator (a join, a select, a
//! `FuturesUnordered`) that polls only those children which were woken. Such a child waker is put on the call's list
//! beside its operation. The host wakes the call as a whole; before the future is polled, [`Head::deliver`] wakes the
//! children whose operation is ready, and no others: waking all of them would be a busy loop, waking none a hang.

use crate::host::host;
use crate::op::Handle;
use kandra_abi::Task;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{RawWaker, RawWakerVTable, Waker};

thread_local! {
    /// The call that this thread polls.
    static CURRENT: Cell<*const Head> = const { Cell::new(ptr::null()) };
}

/// The part of a call's state that does not depend on what its future answers.
#[derive(Default)]
pub(crate) struct Head {
    /// Whether the call woke itself since the poll began.
    woken: AtomicBool,
    /// Child wakers, by the operation that they wait for.
    waiting: RefCell<BTreeMap<usize, (Handle, Waker)>>,
}

impl Head {
    /// Wakes the children whose operations are ready, and forgets that the call was woken.
    pub(crate) fn deliver(&self) {
        if !self.waiting.borrow().is_empty() {
            let due: Vec<_> = self.waiting.borrow_mut().extract_if(.., |_, (handle, _)| handle.ready()).collect();
            for (_, (_, waker)) in due {
                waker.wake();
            }
        }
        self.woken.store(false, Relaxed);
    }

    pub(crate) fn woken(&self) -> bool {
        self.woken.load(Relaxed)
    }

    /// Runs `work` as this call; the root waker that it gets is valid until it returns.
    pub(crate) fn enter<T>(&self, work: impl FnOnce(&Waker) -> T) -> T {
        struct Leave(*const Head);
        impl Drop for Leave {
            fn drop(&mut self) {
                CURRENT.set(self.0);
            }
        }
        let _leave = Leave(CURRENT.replace(self));
        // SAFETY: `ROOT`'s functions take the data pointer for a `Head`; this one outlives the waker, which ends with
        // this function, and its clones do not use the pointer. Both are usable from any thread: `woken` is atomic.
        let waker = unsafe { Waker::new(ptr::from_ref(self).cast(), &ROOT) };
        work(&waker)
    }
}

/// Puts a child waker on the list of the call that is polled on this thread; false when the waker is the root one, which
/// needs no list, or when no call is polled.
pub(crate) fn list(handle: &Handle, waker: &Waker) -> bool {
    let current = CURRENT.get();
    if current.is_null() || (ptr::eq(waker.vtable(), &ROOT) && waker.data() == current.cast()) {
        return false;
    }
    // SAFETY: `CURRENT` is not null only inside `Head::enter`, which borrows the head for that long.
    let head = unsafe { &*current };
    let entry = (handle.clone(), waker.clone());
    let old = head.waiting.borrow_mut().insert(handle.key(), entry);
    drop(old); // after the borrow: a waker's drop may run code of the feature
    true
}

/// Takes an operation off the list of the call that is polled on this thread. A call that is being dropped takes its
/// whole list with it.
pub(crate) fn unlist(key: usize) {
    let current = CURRENT.get();
    if current.is_null() {
        return;
    }
    // SAFETY: as in `list`.
    let head = unsafe { &*current };
    let old = head.waiting.try_borrow_mut().ok().and_then(|mut waiting| waiting.remove(&key));
    drop(old);
}

static ROOT: RawWakerVTable = RawWakerVTable::new(root_clone, root_wake, root_wake, root_drop);
static KEPT: RawWakerVTable = RawWakerVTable::new(kept_clone, kept_wake, kept_wake_by_ref, kept_drop);

/// A root waker that outlives its poll.
struct Kept {
    task: Task,
    /// Compared, never followed: the call may be gone.
    head: *const Head,
}

// SAFETY: the host's tasks may be woken and given back on any thread (sdk/abi, `HostModule::task_wake`); `head` is only
// compared.
unsafe impl Send for Kept {}
// SAFETY: as above.
unsafe impl Sync for Kept {}

impl Drop for Kept {
    fn drop(&mut self) {
        (host().task_drop())(self.task);
    }
}

fn root_clone(head: *const ()) -> RawWaker {
    let kept = Kept { task: (host().task_current())(), head: head.cast() };
    RawWaker::new(Arc::into_raw(Arc::new(kept)).cast(), &KEPT)
}

fn root_wake(head: *const ()) {
    // SAFETY: a root waker exists only inside `Head::enter`, which made it from a head that it borrows.
    unsafe { &*head.cast::<Head>() }.woken.store(true, Relaxed);
}

fn root_drop(_head: *const ()) {}

fn kept_clone(kept: *const ()) -> RawWaker {
    // SAFETY: the pointer came from `Arc::into_raw` in `root_clone`, and the waker that is cloned owns one count of it.
    unsafe { Arc::increment_strong_count(kept.cast::<Kept>()) };
    RawWaker::new(kept, &KEPT)
}

fn kept_wake(kept: *const ()) {
    kept_wake_by_ref(kept);
    kept_drop(kept);
}

fn kept_wake_by_ref(kept: *const ()) {
    // SAFETY: as in `kept_clone`; the waker lives until this returns.
    let kept = unsafe { &*kept.cast::<Kept>() };
    let current = CURRENT.get();
    if ptr::eq(current, kept.head) {
        // The call wakes itself while this thread polls it: no need to ask the host. (Were this another call at the
        // address of one that is gone, it would be polled once more than needed.)
        // SAFETY: as in `list`; a kept waker's head is never null.
        unsafe { &*current }.woken.store(true, Relaxed);
    } else {
        (host().task_wake())(kept.task);
    }
}

fn kept_drop(kept: *const ()) {
    // SAFETY: gives back the count that this waker owns, as in `kept_clone`.
    unsafe { Arc::decrement_strong_count(kept.cast::<Kept>()) };
}
