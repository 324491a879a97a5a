//! A mounted revision and the leases that keep its library open.

use crate::{body::LentBody, connect::CALL, feature::Feature, load::Library, reaper::Reaper, routes::Routes};
use kandra_model::{ArtifactHash, Presentation, Revision, Tier};
use kandra_wire::FeatureSettings;
use std::sync::{
    Arc, Mutex, PoisonError, Weak,
    atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering::SeqCst},
};
use tokio::sync::Notify;

/// A revision whose library is open.
#[derive(Debug)]
pub(crate) struct Mount {
    pub feature: Arc<Feature>,
    pub revision: Revision,
    pub artifact: ArtifactHash,
    pub tier: Tier,
    pub presentation: Presentation,
    /// It declares that it calls other features.
    pub calls_others: bool,
    pub routes: Routes,
    /// In the flight recorder.
    pub number: u64,
    pub library: Library,
    /// The version of its state in memory.
    pub state_version: Option<u32>,
    in_flight: AtomicUsize,
    /// One of [`door`].
    door: AtomicU8,
    /// Its calls are being ended, and who waits is told.
    pub ending: AtomicBool,
    pub ended: Notify,
    /// Host operations and tasks that its calls hold.
    pub handles: Arc<AtomicUsize>,
    bodies: Mutex<Vec<Weak<Mutex<LentBody>>>>,
    reaper: Reaper,
}

/// Everything of a mount that is decided before its library serves.
pub(crate) struct Prepared {
    pub feature: Arc<Feature>,
    pub revision: Revision,
    pub artifact: ArtifactHash,
    pub tier: Tier,
    pub presentation: Presentation,
    pub routes: Routes,
    pub number: u64,
    pub library: Library,
    pub state_version: Option<u32>,
}

/// Whether new calls come in.
mod door {
    pub const OPEN: u8 = 0;
    /// They wait while its state moves.
    pub const HELD: u8 = 1;
    /// The route table does not lead here any more. Never opened again.
    pub const SHUT: u8 = 2;
}

impl Mount {
    pub fn new(prepared: Prepared, reaper: Reaper) -> Self {
        let Prepared { feature, revision, artifact, tier, presentation, routes, number, library, state_version } = prepared;
        Self {
            feature,
            revision,
            artifact,
            tier,
            calls_others: presentation.capabilities.iter().any(|declared| declared == CALL),
            presentation,
            routes,
            number,
            library,
            state_version,
            in_flight: AtomicUsize::new(0),
            door: AtomicU8::new(door::OPEN),
            ending: AtomicBool::new(false),
            ended: Notify::new(),
            handles: Arc::default(),
            bodies: Mutex::default(),
            reaper,
        }
    }

    /// What the feature may use from now on. The caller sees to it that the library is open.
    pub fn configure(&self, settings: FeatureSettings) {
        self.library.set_memory(settings.memory_soft_bytes, settings.memory_hard_bytes);
        self.feature.configure(settings);
    }

    /// Calls that hold it.
    pub fn leases(&self) -> usize {
        self.in_flight.load(SeqCst)
    }

    /// No lease is given out any more. The route table must lead elsewhere already, or callers would look for ever.
    pub fn retire(&self) {
        self.door.store(door::SHUT, SeqCst);
    }

    /// New calls wait until [`Self::reopen`] or until the route table leads elsewhere.
    pub fn hold(&self) {
        self.door.store(door::HELD, SeqCst);
    }

    /// Takes calls again.
    pub fn reopen(&self) {
        self.ending.store(false, SeqCst);
        self.door.store(door::OPEN, SeqCst);
    }

    /// Ends the calls that wait, each with a sentence for its visitor.
    pub fn end_calls(&self) {
        self.ending.store(true, SeqCst);
        self.ended.notify_waiters();
    }

    /// Moves unsent bodies out of the library's memory, so that slow readers do not keep it open.
    pub fn copy_bodies_out(&self) {
        let bodies = std::mem::take(&mut *self.bodies.lock().unwrap_or_else(PoisonError::into_inner));
        for body in bodies.iter().filter_map(Weak::upgrade) {
            body.lock().unwrap_or_else(PoisonError::into_inner).copy_out();
        }
    }

    /// Remembers a body that lies in the library's memory. One that comes after the drain began is copied at once.
    pub fn lend(&self, body: &Arc<Mutex<LentBody>>) {
        {
            let mut bodies = self.bodies.lock().unwrap_or_else(PoisonError::into_inner);
            if bodies.len() >= 64 {
                bodies.retain(|body| body.strong_count() > 0);
            }
            bodies.push(Arc::downgrade(body));
        }
        if self.door.load(SeqCst) != door::OPEN {
            body.lock().unwrap_or_else(PoisonError::into_inner).copy_out();
        }
    }
}

/// Keeps a library open for one call.
#[derive(Debug)]
pub(crate) struct Lease(Arc<Mount>);

/// Why there is no lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoLease {
    /// Its state moves; it is open again in a moment, or another revision is there.
    Held,
    /// The route table leads elsewhere.
    Shut,
}

impl Lease {
    /// A lease, unless the mount is held or retired. First it counts, then it looks: whoever shut the door before our look
    /// is seen here, and whoever shuts it after our look sees our count.
    #[inline]
    pub fn take(mount: &Arc<Mount>) -> Result<Self, NoLease> {
        mount.in_flight.fetch_add(1, SeqCst);
        let lease = Self(mount.clone());
        match mount.door.load(SeqCst) {
            door::OPEN => Ok(lease),
            door::HELD => Err(NoLease::Held),
            _ => Err(NoLease::Shut),
        }
    }

    #[inline]
    pub fn mount(&self) -> &Mount {
        &self.0
    }

    pub fn shared(&self) -> &Arc<Mount> {
        &self.0
    }
}

impl Drop for Lease {
    #[inline]
    fn drop(&mut self) {
        if self.0.in_flight.fetch_sub(1, SeqCst) == 1 && self.0.door.load(SeqCst) == door::SHUT {
            self.0.reaper.wake();
        }
    }
}
