//! One vote per visitor and request, withdrawable.

use crate::StoreError;
use crate::engine::{Store, Write};
use crate::request_list::existing;
use crate::rows::parse;
use kandra_model::{EventBody, Request, RequestId, RequestState, VoterId};
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

impl Store {
    /// Adds a vote; a second one of the same voter changes nothing.
    pub async fn vote(&self, id: RequestId, voter: &VoterId) -> Result<Request, StoreError> {
        let voter = voter.clone();
        self.write(move |w| {
            open_for_votes(w.db, id)?;
            let added = w.db.prepare_cached("INSERT OR IGNORE INTO votes (request, voter, at) VALUES (?1, ?2, ?3)")?.execute(params![
                id.to_string(),
                voter.as_str(),
                w.now.millis()
            ])?;
            after(w, id, added)
        })
        .await
    }

    /// Takes a vote back; taking back none changes nothing.
    pub async fn unvote(&self, id: RequestId, voter: &VoterId) -> Result<Request, StoreError> {
        let voter = voter.clone();
        self.write(move |w| {
            open_for_votes(w.db, id)?;
            let removed =
                w.db.prepare_cached("DELETE FROM votes WHERE request = ?1 AND voter = ?2")?
                    .execute(params![id.to_string(), voter.as_str()])?;
            after(w, id, removed)
        })
        .await
    }

    /// Which of these requests the visitor has voted for.
    pub async fn voted(&self, voter: &VoterId, ids: Vec<RequestId>) -> Result<BTreeSet<RequestId>, StoreError> {
        let voter = voter.clone();
        self.read(move |db| {
            let mut statement = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM votes WHERE request = ?1 AND voter = ?2)")?;
            let mut voted = BTreeSet::new();
            for id in ids {
                if statement.query_row(params![id.to_string(), voter.as_str()], |row| row.get(0))? {
                    voted.insert(id);
                }
            }
            Ok(voted)
        })
        .await
    }

    /// Which of these requests the visitor asked for.
    pub async fn authored(&self, visitor: &VoterId, ids: Vec<RequestId>) -> Result<BTreeSet<RequestId>, StoreError> {
        let visitor = visitor.clone();
        self.read(move |db| {
            let mut statement = db.prepare_cached("SELECT id FROM requests WHERE id = ?1 AND author = ?2")?;
            let mut own = BTreeSet::new();
            for id in ids {
                let mut rows = statement.query(params![id.to_string(), visitor.as_str()])?;
                if let Some(row) = rows.next()? {
                    own.insert(parse("requests", &row.get::<_, String>(0)?)?);
                }
            }
            Ok(own)
        })
        .await
    }
}

fn open_for_votes(db: &Connection, id: RequestId) -> Result<(), StoreError> {
    let found = existing(db, id)?;
    if found.hidden {
        return Err(StoreError::NotFound("such request"));
    }
    match found.request.state {
        RequestState::Pending | RequestState::NeedsModel | RequestState::Running | RequestState::Waiting | RequestState::Failed => Ok(()),
        state => Err(StoreError::Conflict(format!("This request is {}; votes no longer change anything.", state.as_str()))),
    }
}

fn after(w: &mut Write<'_>, id: RequestId, rows: usize) -> Result<Request, StoreError> {
    if rows > 0 {
        recount(w, id)?;
    }
    Ok(existing(w.db, id)?.request)
}

/// The count is what the rows say, whatever happened before.
pub(crate) fn recount(w: &mut Write<'_>, id: RequestId) -> Result<(), StoreError> {
    w.db.prepare_cached("UPDATE requests SET votes = (SELECT count(*) FROM votes WHERE request = ?1), updated_at = ?2 WHERE id = ?1")?
        .execute(params![id.to_string(), w.now.millis()])?;
    let found = existing(w.db, id)?;
    if !found.hidden {
        w.emit(EventBody::VoteChanged { request: id, votes: found.request.votes })?;
    }
    Ok(())
}
