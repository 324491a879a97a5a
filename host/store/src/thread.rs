//! A thread that owns something blocking and carries out bounded jobs on it, one after another.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// What a job is refused with before it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unavailable {
    /// The queue is full.
    Busy,
    /// The thread has ended.
    Closed,
}

type Job<T> = Box<dyn FnOnce(&mut T) + Send>;

/// One or more threads that share a queue; each owns one `T`.
pub(crate) struct Pool<T> {
    jobs: Mutex<Option<SyncSender<Job<T>>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl<T: Send + 'static> Pool<T> {
    /// Starts one thread for each of `owned`; at most `depth` jobs wait.
    pub(crate) fn start(name: &str, owned: Vec<T>, depth: usize) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel::<Job<T>>(depth);
        let receiver = Arc::new(Mutex::new(receiver));
        let mut threads = Vec::with_capacity(owned.len());
        for mut own in owned {
            let receiver = Arc::clone(&receiver);
            let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
                while let Some(job) = next(&receiver) {
                    job(&mut own);
                }
            })?;
            threads.push(thread);
        }
        Ok(Self { jobs: Mutex::new(Some(sender)), threads: Mutex::new(threads) })
    }

    /// Runs `job` on one of the threads and waits for its answer.
    pub(crate) async fn run<R: Send + 'static>(&self, job: impl FnOnce(&mut T) -> R + Send + 'static) -> Result<R, Unavailable> {
        let (reply, answer) = oneshot::channel();
        let sender = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(Unavailable::Closed)?;
        let boxed: Job<T> = Box::new(move |own| {
            // Nobody listens when the asker gave up; that is theirs to decide.
            let _ = reply.send(job(own));
        });
        sender.try_send(boxed).map_err(|refused| match refused {
            TrySendError::Full(_) => Unavailable::Busy,
            TrySendError::Disconnected(_) => Unavailable::Closed,
        })?;
        drop(sender);
        answer.await.map_err(|_| Unavailable::Closed)
    }

    /// Takes no more jobs, finishes the waiting ones and joins the threads.
    pub(crate) fn close(&self) {
        drop(self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // A job that panicked has already dropped its reply; there is nothing left to say.
            let _ = thread.join();
        }
    }
}

fn next<T>(receiver: &Mutex<Receiver<Job<T>>>) -> Option<Job<T>> {
    receiver.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

impl<T> Drop for Pool<T> {
    fn drop(&mut self) {
        drop(self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        // A thread never joins itself: the last handle may be dropped inside a job.
        let own = std::thread::current().id();
        for thread in std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner)) {
            if thread.thread().id() != own {
                let _ = thread.join();
            }
        }
    }
}
