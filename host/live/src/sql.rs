//! A feature's own SQL database in live: [`kandra_sql`]'s, used on threads that may wait.
//!
//! Arrives: requests of a library, as JSON. Leaves: answers as JSON, or a status and a reason. Must never: run on a worker.

pub(crate) use kandra_sql::{MAX_MIGRATIONS, MOST_MIGRATION, MigrationError, Refused};

use crate::load::resident_bytes;
use kandra_abi::Status;
use kandra_model::Limit;
use kandra_sql::{Measures, Request};
use std::{
    collections::VecDeque,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// Requests of one feature that may wait for its database.
const MOST_WAITING: usize = 64;

fn measures() -> Measures {
    Measures { room: Limit::StorageBytes.default_value(), resident: resident_bytes }
}

/// A request that waits for its turn.
#[derive(Debug)]
struct Job {
    request: Request,
    answer: oneshot::Sender<Result<Vec<u8>, Refused>>,
}

#[derive(Debug, Default)]
struct Queue {
    jobs: VecDeque<Job>,
    /// Whether a thread works at it.
    attended: bool,
}

/// A feature's SQL database, and who waits for it.
#[derive(Debug)]
pub(crate) struct Database {
    inner: kandra_sql::Database,
    queue: Mutex<Queue>,
}

impl std::ops::Deref for Database {
    type Target = kandra_sql::Database;

    fn deref(&self) -> &kandra_sql::Database {
        &self.inner
    }
}

impl Database {
    /// Opens or makes the file.
    pub fn open(path: &Path) -> Result<Self, kandra_sql::Error> {
        Ok(Self { inner: kandra_sql::Database::open(path, measures())?, queue: Mutex::default() })
    }

    /// One that is gone with its value: for the probe.
    pub fn in_memory() -> Result<Self, kandra_sql::Error> {
        Ok(Self { inner: kandra_sql::Database::in_memory(measures())?, queue: Mutex::default() })
    }

    /// Has a request run on a thread that may wait. Dropping the future before its turn cancels it. Needs tokio's runtime.
    pub fn ask(self: &Arc<Self>, request: &[u8]) -> impl Future<Output = Result<Vec<u8>, Refused>> + Send + use<> {
        let waiting = self.enqueue(request);
        async move {
            let cut = |_| Refused::new(Status::UNAVAILABLE, "the database's thread ended");
            waiting?.await.map_err(cut)?
        }
    }

    fn enqueue(self: &Arc<Self>, request: &[u8]) -> Result<oneshot::Receiver<Result<Vec<u8>, Refused>>, Refused> {
        let request = Request::read(request)?;
        let runtime = tokio::runtime::Handle::try_current().map_err(|e| Refused::new(Status::UNAVAILABLE, e.to_string()))?;
        let (answer, waiting) = oneshot::channel();
        let mut queue = self.queue();
        if queue.jobs.len() >= MOST_WAITING {
            queue.jobs.retain(|job| !job.answer.is_closed());
        }
        if queue.jobs.len() >= MOST_WAITING {
            return Err(Refused::new(Status::UNAVAILABLE, format!("{MOST_WAITING} requests wait for the database already")));
        }
        queue.jobs.push_back(Job { request, answer });
        if !std::mem::replace(&mut queue.attended, true) {
            let database = self.clone();
            drop(runtime.spawn_blocking(move || database.attend()));
        }
        Ok(waiting)
    }

    /// Works the queue off: one thread for each feature at most, so that a slow one holds up itself only.
    fn attend(&self) {
        struct Leave<'a>(&'a Database);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                // Only after a panic: otherwise it is said already.
                if std::thread::panicking() {
                    self.0.queue().attended = false;
                }
            }
        }
        let _leave = Leave(self);
        loop {
            let job = {
                let mut queue = self.queue();
                match queue.jobs.pop_front() {
                    Some(job) => job,
                    None => {
                        queue.attended = false;
                        return;
                    }
                }
            };
            if !job.answer.is_closed() {
                // Whoever does not wait any more has lost interest in the answer, not in what was done.
                let _ = job.answer.send(self.run(&job.request));
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
