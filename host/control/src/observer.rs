//! Looks at the queue: on every beat of the interval, when a countdown ends, and when something changed.

use crate::{app::App, pipeline::one_line};
use kandra_agent::observer::{Pick, Scene, Waiting, pick};
use kandra_model::{Request, RequestState, Timestamp};
use kandra_store::{RequestOrder, RequestQuery, StoreError, Viewer};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU32, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

/// The first rest after something failed that may work later; it doubles up to [`LONGEST_REST`].
const FIRST_REST: i64 = 30_000;
const LONGEST_REST: i64 = 600_000;

/// When the queue is looked at.
pub(crate) struct Observer {
    interval: i64,
    next_beat: AtomicI64,
    resting_until: AtomicI64,
    rests: AtomicU32,
    look: Notify,
}

/// What the observer sees and what it would do.
pub(crate) struct Outlook {
    pub queue: Vec<Request>,
    pub pick: Pick,
}

impl Observer {
    pub(crate) fn new(interval_secs: u64, now: Timestamp) -> Self {
        let interval = i64::try_from(interval_secs.saturating_mul(1_000)).unwrap_or(i64::MAX);
        Self {
            interval,
            next_beat: AtomicI64::new(now.plus_millis(interval).millis()),
            resting_until: AtomicI64::new(0),
            rests: AtomicU32::new(0),
            look: Notify::new(),
        }
    }

    /// Something changed: look again.
    pub(crate) fn look(&self) {
        self.look.notify_one();
    }

    /// Nothing is taken up for a while: the model or the disk needs time.
    pub(crate) fn rest(&self) {
        let rests = self.rests.fetch_add(1, Ordering::Relaxed).min(10);
        let pause = (FIRST_REST << rests).min(LONGEST_REST);
        self.resting_until.store(Timestamp::now().plus_millis(pause).millis(), Ordering::Relaxed);
    }

    /// Something worked.
    pub(crate) fn well(&self) {
        self.rests.store(0, Ordering::Relaxed);
        self.resting_until.store(0, Ordering::Relaxed);
    }

    fn next_beat(&self) -> Timestamp {
        Timestamp::from_millis(self.next_beat.load(Ordering::Relaxed))
    }

    fn beat(&self, now: Timestamp) {
        self.next_beat.store(now.plus_millis(self.interval).millis(), Ordering::Relaxed);
    }
}

/// What waits, and what would be done about it now.
pub(crate) async fn outlook(app: &App) -> Result<Outlook, StoreError> {
    let query = RequestQuery {
        states: vec![RequestState::Pending],
        order: RequestOrder::Votes,
        viewer: Viewer::Public,
        feature: None,
        limit: 100,
        after: None,
    };
    let queue = app.store().requests(query).await?.items;
    let waiting: Vec<Waiting> = queue
        .iter()
        .map(|request| Waiting {
            request: request.id,
            repair: request.repairs.is_some(),
            votes: request.votes,
            created_at: request.created_at,
            starts_at: request.starts_at,
        })
        .collect();
    let observer = app.observer();
    let now = Timestamp::now();
    let resting_until = Timestamp::from_millis(observer.resting_until.load(Ordering::Relaxed));
    let pick = if resting_until > now && !waiting.is_empty() {
        Pick::WaitUntil(resting_until)
    } else {
        pick(Scene { now, next_beat: observer.next_beat(), waiting: &waiting, developing: app.active().asked() })
    };
    Ok(Outlook { queue, pick })
}

/// Starts what is due; ends with the server.
pub(crate) async fn observe(app: Arc<App>) {
    app.workshop().ready().await;
    loop {
        let looked = app.observer().look.notified();
        let wait = match outlook(&app).await {
            Ok(outlook) => act(&app, outlook).await,
            Err(error) => {
                tracing::error!(%error, "the queue could not be read");
                Duration::from_secs(5)
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = looked => {}
        }
    }
}

/// Does what the outlook says; answers how long to wait until the next look.
async fn act(app: &Arc<App>, outlook: Outlook) -> Duration {
    let now = Timestamp::now();
    match outlook.pick {
        Pick::Start(id) => {
            if app.observer().next_beat() <= now {
                app.observer().beat(now);
            }
            let Some(request) = outlook.queue.iter().find(|request| request.id == id) else { return Duration::ZERO };
            tracing::info!(request = %id, title = one_line(&request.title, 80), votes = request.votes, "picked");
            match app.begin_request(request).await {
                Ok(()) => Duration::ZERO,
                Err(error) => {
                    // Withdrawn or declined just now.
                    tracing::info!(request = %id, %error, "a picked request did not start");
                    Duration::from_millis(200)
                }
            }
        }
        Pick::WaitUntil(at) => Duration::from_millis(at.millis_since(now).max(5)),
        Pick::Nothing => {
            if app.observer().next_beat() <= now {
                app.observer().beat(now);
            }
            Duration::from_millis(app.observer().next_beat().millis_since(now).max(5))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_grow_and_end() {
        let observer = Observer::new(60, Timestamp::now());
        let mut last = 0;
        for _ in 0..20 {
            observer.rest();
            let until = observer.resting_until.load(Ordering::Relaxed);
            assert!(until >= last && until <= Timestamp::now().plus_millis(LONGEST_REST).millis());
            last = until;
        }
        observer.well();
        assert_eq!(observer.resting_until.load(Ordering::Relaxed), 0);
    }
}
