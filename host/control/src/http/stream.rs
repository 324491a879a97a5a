//! One client's way through the event log, whatever carries it: events, resets, and the goodbye.

use crate::app::App;
use crate::guard::StreamPlace;
use kandra_model::{Event, EventId};
use kandra_store::{Feed, FeedItem, StoreError};
use std::sync::Arc;
use tokio::sync::watch;

/// What a client is told next.
pub(super) enum Told {
    /// An event.
    Event(Arc<Event>),
    /// It missed some: read everything again.
    Reset(EventId),
    /// The server stops; come back in a moment.
    Bye,
}

/// Holds its place among the open streams until it is dropped.
pub(super) struct EventStream {
    feed: Feed,
    stopping: watch::Receiver<bool>,
    _place: StreamPlace,
}

impl EventStream {
    /// After `after`, or from now on. What is no event id at all is one that nobody has: the client is reset.
    pub(super) async fn open(app: &App, place: StreamPlace, after: Option<&str>) -> Result<Self, StoreError> {
        let after = after.map(|text| EventId(text.trim().parse().ok().filter(|id| *id >= 0).unwrap_or(i64::MAX)));
        Ok(Self { feed: app.store().feed(after).await?, stopping: app.stopping(), _place: place })
    }

    /// The next thing to tell.
    pub(super) async fn next(&mut self) -> Told {
        tokio::select! {
            biased;
            _ = self.stopping.wait_for(|stopping| *stopping) => Told::Bye,
            item = self.feed.next() => match item {
                Ok(FeedItem::Event(event)) => Told::Event(event),
                Ok(FeedItem::Reset(id)) => Told::Reset(id),
                Err(error) => {
                    tracing::debug!(%error, "an event stream ended");
                    Told::Bye
                }
            },
        }
    }
}
