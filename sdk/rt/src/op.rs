//! Operations that the host does while a handler waits.

use crate::host::host;
use crate::waker;
use kandra_abi::abi_stable::std_types::{RSlice, RVec};
use kandra_abi::{Op, OpOutput, Status};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// One handle to an operation of the host; the last one that is dropped cancels it.
pub(crate) struct Handle(Op);

// SAFETY: an `Op` is a pointer that only the host reads; the host's operations are usable from any thread (sdk/abi,
// `HostModule`: they are reference-counted and locked there).
unsafe impl Send for Handle {}
// SAFETY: as above; all of the host's functions on it take the pointer by value.
unsafe impl Sync for Handle {}

impl Handle {
    fn start(kind: u32, number: u64, bytes: &[u8]) -> Self {
        Self((host().op_start())(kind, number, RSlice::from_slice(bytes)))
    }

    pub(crate) fn ready(&self) -> bool {
        (host().op_ready())(self.0)
    }

    pub(crate) fn key(&self) -> usize {
        self.0.0 as usize
    }
}

impl Clone for Handle {
    fn clone(&self) -> Self {
        Self((host().op_clone())(self.0))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        (host().op_drop())(self.0);
    }
}

/// Waits for an operation of the host.
#[must_use = "an operation that is dropped is cancelled"]
pub struct Operation {
    handle: Handle,
    /// Whether a child waker may be on the call's list.
    listed: bool,
}

impl Operation {
    /// Starts it: one of `op_kind`, a number, bytes.
    pub fn start(kind: u32, number: u64, bytes: &[u8]) -> Self {
        Self { handle: Handle::start(kind, number, bytes), listed: false }
    }

    fn unlist(&mut self) {
        if std::mem::take(&mut self.listed) {
            waker::unlist(self.handle.key());
        }
    }
}

impl Future for Operation {
    type Output = OpOutput;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<OpOutput> {
        let mut output = OpOutput { status: Status::OK, number: 0, data: RVec::new() };
        if (host().op_poll())(self.handle.0, &mut output) {
            self.unlist();
            return Poll::Ready(output);
        }
        self.listed |= waker::list(&self.handle, cx.waker());
        Poll::Pending
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        self.unlist();
    }
}
