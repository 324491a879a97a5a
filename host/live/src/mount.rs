//! A mounted revision and the leases that keep its library open.

use crate::{body::LentBody, feature::Feature, load::Library, reaper::Reaper, routes::Routes};
use kandra_model::{ArtifactHash, Presentation, Revision, Tier};
use std::sync::{
    Arc, Mutex, PoisonError, Weak,
    atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
};

/// A revision whose library is open.
#[derive(Debug)]
pub(crate) struct Mount {
    pub feature: Arc<Feature>,
    pub revision: Revision,
    pub artifact: ArtifactHash,
    pub tier: Tier,
    pub presentation: Presentation,
    pub routes: Routes,
    /// In the flight recorder.
    pub number: u64,
    pub library: Library,
    in_flight: AtomicUsize,
    /// Set once the route table does not lead here any more; never cleared.
    retired: AtomicBool,
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
}

impl Mount {
    pub fn new(prepared: Prepared, reaper: Reaper) -> Self {
        let Prepared { feature, revision, artifact, tier, presentation, routes, number, library } = prepared;
        Self {
            feature,
            revision,
            artifact,
            tier,
            presentation,
            routes,
            number,
            library,
            in_flight: AtomicUsize::new(0),
            retired: AtomicBool::new(false),
            handles: Arc::default(),
            bodies: Mutex::default(),
            reaper,
        }
    }

    /// Calls that hold it.
    pub fn leases(&self) -> usize {
        self.in_flight.load(SeqCst)
    }

    /// No lease is given out any more. The route table must lead elsewhere already, or callers would look for ever.
    pub fn retire(&self) {
        self.retired.store(true, SeqCst);
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
        if self.retired.load(SeqCst) {
            body.lock().unwrap_or_else(PoisonError::into_inner).copy_out();
        }
    }
}

/// Keeps a library open for one call.
#[derive(Debug)]
pub(crate) struct Lease(Arc<Mount>);

impl Lease {
    /// A lease, unless the mount is retired. First it counts, then it looks: whoever retired the mount before our look
    /// is seen here, and whoever retires it after our look sees our count.
    #[inline]
    pub fn take(mount: &Arc<Mount>) -> Option<Self> {
        mount.in_flight.fetch_add(1, SeqCst);
        let lease = Self(mount.clone());
        if mount.retired.load(SeqCst) { None } else { Some(lease) }
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
        if self.0.in_flight.fetch_sub(1, SeqCst) == 1 && self.0.retired.load(SeqCst) {
            self.0.reaper.wake();
        }
    }
}
