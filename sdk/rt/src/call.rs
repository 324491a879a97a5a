//! Calls in progress: what the host's `Call` pointer points to.

use crate::fault::{guarded, refusal};
use crate::waker::Head;
use kandra_abi::abi_stable::std_types::RResult;
use kandra_abi::{Call, Fault, Polled, Response};
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};

/// A handler's future.
pub type Handling<T> = Pin<Box<dyn Future<Output = T>>>;

struct State<T> {
    head: Head,
    /// None once it has ended or panicked.
    future: RefCell<Option<Handling<T>>>,
}

static LIVE: AtomicUsize = AtomicUsize::new(0);

/// Calls that have not been dropped.
pub fn live() -> usize {
    LIVE.load(Relaxed)
}

/// Makes a call of the future that `make` answers. The host drops it with [`drop_call`] of the same `T`.
#[inline]
pub fn start<T>(make: impl FnOnce() -> Handling<T>) -> RResult<Call, Fault> {
    let made = guarded(|| Box::into_raw(Box::new(State { head: Head::default(), future: RefCell::new(Some(make())) })));
    match made {
        Ok(state) => {
            LIVE.fetch_add(1, Relaxed);
            RResult::ROk(Call(state.cast()))
        }
        Err(fault) => RResult::RErr(fault),
    }
}

/// Polls a call once; `finish` turns what it answers into a response, under the same guard.
#[inline]
pub fn poll<T>(call: Call, finish: impl FnOnce(T) -> Response) -> Polled {
    // SAFETY: the ABI's contract (sdk/abi, "Rules that the types cannot say"): the host passes what `start` of this
    // library gave it, by one thread at a time, and has not dropped it. `T` is one type per library.
    let state = unsafe { &*call.0.cast::<State<T>>() };
    let polled = guarded(|| {
        state.head.enter(|waker| {
            state.head.deliver();
            let mut slot = state.future.borrow_mut();
            let future = slot.as_mut()?;
            let polled = future.as_mut().poll(&mut Context::from_waker(waker));
            if polled.is_ready() {
                *slot = None;
            }
            Some(polled.map(finish))
        })
    });
    match polled {
        Ok(Some(Poll::Ready(response))) => Polled::Ready(response),
        Ok(Some(Poll::Pending)) if state.head.woken() => Polled::PendingWoken,
        Ok(Some(Poll::Pending)) => Polled::Pending,
        Ok(None) => Polled::Faulted(refusal("the call was polled after it had ended".to_owned())),
        Err(fault) => {
            abandon(state);
            Polled::Faulted(fault)
        }
    }
}

/// Drops a future that panicked, in whatever state it is.
#[cold]
fn abandon<T>(state: &State<T>) {
    let _ = guarded(|| drop(state.future.try_borrow_mut().ok().and_then(|mut slot| slot.take())));
}

/// Drops a call, finished or not.
#[inline]
pub fn drop_call<T>(call: Call) {
    // SAFETY: as in `poll`; the pointer came from `Box::into_raw` in `start`, and the host drops a call exactly once.
    let State { head, future } = *unsafe { Box::from_raw(call.0.cast::<State<T>>()) };
    // Two guards: a panic in one destructor must not keep the other from running.
    let _ = guarded(|| drop(future));
    let _ = guarded(|| drop(head));
    LIVE.fetch_sub(1, Relaxed);
}
