//! The call whose code runs on this thread, for the host functions that it calls.

use crate::{
    chain::Chain,
    mount::{Lease, Mount},
};
use std::{cell::RefCell, sync::Arc, task::Waker};

/// What a call lends to this thread while it is polled.
#[derive(Debug)]
pub(crate) struct Running {
    pub lease: Lease,
    /// The host task that polls; `None` while a call is dropped.
    pub waker: Option<Waker>,
    /// Whose call it is, when the feature may call others.
    pub chain: Option<Arc<Chain>>,
}

thread_local! {
    static RUNNING: RefCell<Option<Running>> = const { RefCell::new(None) };
}

/// Runs `inside` as code of `running`'s call and gives `running` back.
#[inline]
pub(crate) fn scope<T>(running: Running, inside: impl FnOnce() -> T) -> (Running, T) {
    let outer = RUNNING.with(|cell| cell.replace(Some(running)));
    let out = inside();
    let running = RUNNING.with(|cell| cell.replace(outer)).expect("scopes nest, and only they write the cell");
    (running, out)
}

/// Looks at the call whose code runs on this thread; `None` outside of one.
#[inline]
pub(crate) fn with<T>(look: impl FnOnce(&Running) -> T) -> Option<T> {
    RUNNING.with(|cell| cell.borrow().as_ref().map(look))
}

/// The same for its mount.
#[inline]
pub(crate) fn with_mount<T>(look: impl FnOnce(&Mount) -> T) -> Option<T> {
    with(|running| look(running.lease.mount()))
}
