//! What only the owner does to requests: hide, show, decline, merge.

use crate::StoreError;
use crate::engine::Store;
use crate::request_list::existing;
use crate::requests::{Change, Fit, changed, move_to};
use crate::votes::recount;
use kandra_model::{Request, RequestId, RequestState};
use rusqlite::params;

impl Store {
    /// Takes a request out of everybody's sight but the owner's; a pending one becomes `held`.
    pub async fn hide_request(&self, id: RequestId) -> Result<Request, StoreError> {
        self.write(move |w| {
            if existing(w.db, id)?.request.state == RequestState::Pending {
                return move_to(w, id, RequestState::Held, &Change::default());
            }
            w.db.execute("UPDATE requests SET hidden = 1 WHERE id = ?1", params![id.to_string()])?;
            changed(w, id)
        })
        .await
    }

    /// Lets everybody see a held or hidden request. `fit` says whether a held one can be built.
    pub async fn show_request(&self, id: RequestId, fit: Fit) -> Result<Request, StoreError> {
        self.write(move |w| {
            w.db.execute("UPDATE requests SET hidden = 0 WHERE id = ?1", params![id.to_string()])?;
            if existing(w.db, id)?.request.state != RequestState::Held {
                return changed(w, id);
            }
            let request = move_to(w, id, RequestState::Pending, &Change::default())?;
            match fit {
                Fit::Nothing => move_to(w, id, RequestState::NeedsModel, &Change::default()),
                Fit::Recipe(_) | Fit::Model => Ok(request),
            }
        })
        .await
    }

    /// Declines a request, with a reason that everybody can read.
    pub async fn decline_request(&self, id: RequestId, reason: &str) -> Result<Request, StoreError> {
        let change = Change { reason: Some(Some(reason.to_owned())), starts_at: Some(None), ..Change::default() };
        self.write(move |w| move_to(w, id, RequestState::Declined, &change)).await
    }

    /// Makes a request part of another, which gets its votes, each voter once. Answers with the other.
    pub async fn merge_request(&self, id: RequestId, into: RequestId) -> Result<Request, StoreError> {
        self.write(move |w| {
            let target = existing(w.db, into)?;
            if id == into {
                return Err(StoreError::Conflict("A request cannot be merged into itself; name another.".to_owned()));
            }
            if matches!(target.request.state, RequestState::Declined | RequestState::Merged | RequestState::Withdrawn) {
                return Err(StoreError::Conflict(format!(
                    "The request to merge into is {}; name one that is still wanted.",
                    target.request.state.as_str()
                )));
            }
            let change = Change { merged_into: Some(into), starts_at: Some(None), ..Change::default() };
            move_to(w, id, RequestState::Merged, &change)?;
            w.db.execute(
                "INSERT OR IGNORE INTO votes (request, voter, at) SELECT ?2, voter, at FROM votes WHERE request = ?1",
                params![id.to_string(), into.to_string()],
            )?;
            recount(w, into)?;
            Ok(existing(w.db, into)?.request)
        })
        .await
    }
}
