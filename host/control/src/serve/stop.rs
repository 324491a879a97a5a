//! The end of a server: what is under way finishes, within bounds; a second signal does not wait.

use super::{ControlError, Listener, Notice, Server};
use crate::pipeline::Why;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How long everything may take in all.
const DRAIN: Duration = Duration::from_secs(20);
/// How long a run may take to reach a place where it can be left.
const RUNS: Duration = Duration::from_secs(10);

/// How a server ended that had started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Everything under way was finished, or left where the next start takes it up.
    Drained,
    /// A second signal did not wait for that.
    Interrupted,
}

/// The signals that stop a server.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

impl Server {
    /// Runs until a signal, then stops.
    pub(super) async fn run(self, mut signals: Signals, tell: &Listener) -> Result<Ended, ControlError> {
        let Self { app, http, supervisor, tasks, warming, publication, lock } = self;
        let handle = http.handle();
        let mut http = tokio::spawn(http);
        let ended = tokio::select! {
            () = signals.next() => None,
            ended = &mut http => Some(ended),
        };
        if let Some(ended) = ended {
            let error = ended.unwrap_or_else(|panic| Err(std::io::Error::other(panic))).err();
            return Err(ControlError::Http(error.unwrap_or_else(|| std::io::Error::other("it ended by itself"))));
        }
        tell(Notice::Stopping);
        tracing::info!("stopping");
        app.stop_signal().send_replace(true);
        warming.cancel();
        app.active().stop_all(&Why::Stopping);
        for task in &tasks {
            task.abort();
        }
        let drained = async {
            let _ = tokio::time::timeout(RUNS, app.active().empty()).await;
            // Open connections have as long as the server gives them; live drains meanwhile.
            let ((), _) = tokio::join!(handle.stop(true), supervisor);
        };
        let ended = tokio::select! {
            _ = tokio::time::timeout(DRAIN, drained) => Ended::Drained,
            () = signals.next() => Ended::Interrupted,
        };
        drop(publication);
        if ended == Ended::Drained {
            let (store, trail) = (app.store().clone(), app.trail().clone());
            // Both finish what waits; a panic there has been reported by its thread.
            let _ = tokio::task::spawn_blocking(move || {
                trail.close();
                store.close();
            })
            .await;
        }
        drop(lock);
        Ok(ended)
    }
}
