//! The event log: appended with each change, read by everybody who follows along, pruned by age and number.

use crate::StoreError;
use crate::engine::{Limits, Store};
use crate::rows::{from_json, millis, to_json};
use kandra_model::{Event, EventBody, EventId, Timestamp};
use rusqlite::{Connection, params};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::broadcast;

/// A stretch of the log, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventPage {
    /// At most as many as asked for.
    pub events: Vec<Event>,
    /// Whether the asker missed some that are no longer kept, or knows a log that is not this one: it must start
    /// afresh from a full read.
    pub reset: bool,
    /// The newest event there is.
    pub newest: EventId,
}

/// What a follower gets next.
#[derive(Clone, Debug)]
pub enum FeedItem {
    /// The next event, each exactly once, in order.
    Event(Arc<Event>),
    /// Events were missed for good; read everything again. Following goes on after the id.
    Reset(EventId),
}

/// Follows the log from some event on, without gaps.
pub struct Feed {
    store: Store,
    live: broadcast::Receiver<Arc<Event>>,
    waiting: VecDeque<FeedItem>,
    last: EventId,
    /// Whether the log must be read before the live channel is trusted.
    behind: bool,
}

const BATCH: u32 = 500;

impl Store {
    /// Appends an event that no other change of the store causes.
    pub async fn record(&self, body: EventBody) -> Result<EventId, StoreError> {
        self.write(move |w| w.emit(body)).await
    }

    /// At most `limit` events after `after`.
    pub async fn events_since(&self, after: EventId, limit: u32) -> Result<EventPage, StoreError> {
        self.read(move |db| since(db, after, limit.clamp(1, BATCH))).await
    }

    /// The newest `limit` events, newest first.
    pub async fn recent_events(&self, limit: u32) -> Result<Vec<Event>, StoreError> {
        self.read(move |db| {
            let mut statement = db.prepare_cached("SELECT id, at, body_json FROM events ORDER BY id DESC LIMIT ?1")?;
            collect(statement.query([limit.clamp(1, BATCH)])?)
        })
        .await
    }

    /// The newest event's id.
    pub async fn newest_event(&self) -> Result<EventId, StoreError> {
        self.read(newest).await
    }

    /// Follows the log after `after`; from now on when there is none.
    pub async fn feed(&self, after: Option<EventId>) -> Result<Feed, StoreError> {
        // Listening begins before the log is read, so that nothing falls between.
        let live = self.events();
        let (last, behind) = match after {
            Some(after) => (after, true),
            None => (self.newest_event().await?, false),
        };
        Ok(Feed { store: self.clone(), live, waiting: VecDeque::new(), last, behind })
    }
}

impl Feed {
    /// The next item; waits until there is one. `Err(Closed)` when the store closes.
    pub async fn next(&mut self) -> Result<FeedItem, StoreError> {
        loop {
            if let Some(item) = self.waiting.pop_front() {
                return Ok(item);
            }
            if self.behind {
                self.catch_up().await?;
                continue;
            }
            match self.live.recv().await {
                Ok(event) if event.id <= self.last => {}
                Ok(event) => {
                    self.last = event.id;
                    return Ok(FeedItem::Event(event));
                }
                Err(broadcast::error::RecvError::Lagged(_)) => self.behind = true,
                Err(broadcast::error::RecvError::Closed) => return Err(StoreError::Closed),
            }
        }
    }

    async fn catch_up(&mut self) -> Result<(), StoreError> {
        let page = self.store.events_since(self.last, BATCH).await?;
        if page.reset {
            self.last = page.newest;
            self.waiting.push_back(FeedItem::Reset(page.newest));
            self.behind = false;
            return Ok(());
        }
        self.behind = page.events.len() == BATCH as usize;
        if let Some(newest) = page.events.last() {
            self.last = newest.id;
        }
        self.waiting.extend(page.events.into_iter().map(|event| FeedItem::Event(Arc::new(event))));
        Ok(())
    }
}

pub(crate) fn append(db: &Connection, at: Timestamp, body: EventBody) -> Result<Event, StoreError> {
    let text = to_json(&body);
    db.prepare_cached("INSERT INTO events (at, kind, body_json) VALUES (?1, json_extract(?2, '$.kind'), ?2)")?
        .execute(params![at.millis(), text])?;
    Ok(Event { id: EventId(db.last_insert_rowid()), at, body })
}

fn newest(db: &Connection) -> Result<EventId, StoreError> {
    // The sequence survives pruning; the rows may not.
    let sql = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)";
    Ok(EventId(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?))
}

fn since(db: &Connection, after: EventId, limit: u32) -> Result<EventPage, StoreError> {
    let newest = newest(db)?;
    let oldest: Option<i64> = db.prepare_cached("SELECT min(id) FROM events")?.query_row([], |row| row.get(0))?;
    let missed = oldest.map_or(after < newest, |oldest| after.0 < oldest - 1);
    if missed || after > newest {
        return Ok(EventPage { events: Vec::new(), reset: true, newest });
    }
    let mut statement = db.prepare_cached("SELECT id, at, body_json FROM events WHERE id > ?1 ORDER BY id LIMIT ?2")?;
    let events = collect(statement.query(params![after.0, limit])?)?;
    Ok(EventPage { events, reset: false, newest })
}

fn collect(mut rows: rusqlite::Rows<'_>) -> Result<Vec<Event>, StoreError> {
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(Event { id: EventId(row.get(0)?), at: millis(row.get(1)?), body: from_json("events", &row.get::<_, String>(2)?)? });
    }
    Ok(events)
}

/// Removes what is too old or too much, a bounded number at a time.
pub(crate) fn prune(db: &Connection, now: Timestamp, limits: &Limits) -> Result<(), StoreError> {
    let newest = newest(db)?;
    db.prepare_cached("DELETE FROM events WHERE id IN (SELECT id FROM events WHERE id <= ?1 OR at < ?2 ORDER BY id LIMIT 20000)")?
        .execute(params![newest.0 - limits.events_kept, now.plus_millis(-limits.events_kept_ms).millis()])?;
    Ok(())
}
