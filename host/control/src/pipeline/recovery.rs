//! What a start finds and finishes: commits that kandra.db does not know, runs that were cut off.

use super::spawn;
use crate::app::App;
use kandra_model::{Cause, RequestState, RunState};
use kandra_store::{RequestOrder, RequestQuery, RunEnd, StoreError, TrailError, Viewer};
use std::sync::Arc;

/// Why the last state could not be taken up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecoveryError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Trail(#[from] TrailError),
}

/// Makes git and kandra.db agree and drives what was running. To be called once, before the watcher starts.
pub(crate) async fn take_up(app: &Arc<App>) -> Result<(), RecoveryError> {
    let found = app.store().reconcile(app.trail().revisions().await?).await?;
    for (feature, revision) in &found.recorded {
        tracing::warn!(%feature, %revision, "a commit was not in kandra.db and is now");
    }
    for (feature, revision) in &found.missing {
        tracing::error!(%feature, %revision, "a revision's commit is not in world.git");
    }
    for run in app.store().interrupted_runs().await? {
        if run.cause == Cause::Optimise {
            // What still lacks its optimised build is found again by its tier.
            let failure = Some("The server stopped meanwhile; this is done again later.".to_owned());
            let end = RunEnd { state: RunState::Cancelled, request: None, failure, failure_code: Some("stopped".to_owned()) };
            app.store().end_run(run.id, end).await?;
        } else {
            tracing::info!(run = %run.id, "a run is taken up again");
            spawn(app, &run);
        }
    }
    recall_requests(app).await?;
    Ok(())
}

/// Requests that waited for a model may have one now.
async fn recall_requests(app: &Arc<App>) -> Result<(), StoreError> {
    let query = RequestQuery {
        states: vec![RequestState::NeedsModel],
        order: RequestOrder::Oldest,
        viewer: Viewer::Owner,
        feature: None,
        limit: 100,
        after: None,
    };
    for request in app.store().requests(query).await?.items {
        if app.agent().can_try(&request.title, &request.details) {
            app.store().move_request(request.id, RequestState::Pending, None).await?;
        }
    }
    Ok(())
}
