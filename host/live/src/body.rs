//! Response bodies: small ones are copied out of the library at once, large ones are lent and sent in slices.

use crate::mount::Lease;
use abi_stable::std_types::RVec;
use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;
use kandra_abi::abi_stable;
use std::{
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

/// From this size a body is sent out of the library's memory; below, one copy is cheaper than many.
const LEND_FROM: usize = 64 << 10;
/// What is handed to the connection at once.
const SLICE: usize = 32 << 10;

/// A body that may lie in the library's memory. The lease is dropped after it.
#[derive(Debug)]
pub(crate) enum LentBody {
    Lent { body: RVec<u8>, sent: usize, _lease: Lease },
    Copied(Bytes),
}

impl LentBody {
    /// Brings what is left into the host's memory and gives the lease back.
    pub fn copy_out(&mut self) {
        if let Self::Lent { body, sent, .. } = self {
            *self = Self::Copied(Bytes::copy_from_slice(&body.as_slice()[*sent..]));
        }
    }

    fn next(&mut self) -> Option<Bytes> {
        match self {
            Self::Copied(rest) if rest.is_empty() => None,
            Self::Copied(rest) => Some(rest.split_to(rest.len().min(SLICE))),
            Self::Lent { body, sent, .. } => {
                let end = (*sent + SLICE).min(body.len());
                let slice = Bytes::copy_from_slice(&body.as_slice()[*sent..end]);
                *sent = end;
                if end == body.len() {
                    *self = Self::Copied(Bytes::new());
                }
                (!slice.is_empty()).then_some(slice)
            }
        }
    }
}

/// A body for the connection.
#[derive(Debug)]
pub(crate) enum Body {
    Whole(Bytes),
    Lent(Arc<Mutex<LentBody>>, u64),
}

impl Body {
    /// Takes a feature's body over.
    pub fn of(body: RVec<u8>, lease: Lease) -> Self {
        if body.len() < LEND_FROM {
            let whole = Bytes::copy_from_slice(body.as_slice());
            drop(body);
            drop(lease);
            return Self::Whole(whole);
        }
        let length = body.len() as u64;
        let mount = lease.shared().clone();
        let lent = Arc::new(Mutex::new(LentBody::Lent { body, sent: 0, _lease: lease }));
        mount.lend(&lent);
        Self::Lent(lent, length)
    }
}

impl MessageBody for Body {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        match self {
            Self::Whole(bytes) => BodySize::Sized(bytes.len() as u64),
            Self::Lent(_, length) => BodySize::Sized(*length),
        }
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        let next = match self.get_mut() {
            Self::Whole(bytes) if bytes.is_empty() => None,
            Self::Whole(bytes) => Some(std::mem::take(bytes)),
            Self::Lent(body, _) => body.lock().unwrap_or_else(PoisonError::into_inner).next(),
        };
        Poll::Ready(next.map(Ok))
    }
}
