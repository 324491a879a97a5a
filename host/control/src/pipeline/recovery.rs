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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::{Rig, rig};
    use kandra_model::{FeatureState, Origin, Presentation, Revision, RevisionRecord, Run, RunId, Slug};
    use kandra_store::{Actor, Draft, NewRun, Saved};

    fn slug() -> Slug {
        "poll".parse().unwrap()
    }

    fn draft() -> Draft {
        let files = [("src/lib.rs".to_owned(), "x".to_owned())].into();
        Draft { slug: slug(), files, message: "x".into(), origin: Origin::Hand, base_revision: None }
    }

    async fn begin(rig: &Rig, cause: Cause) -> Run {
        let (feature, draft) = (Some(slug()), Some(draft()));
        let new = NewRun { cause, feature, title: "Poll".into(), provenance: "by hand".into(), author: None, draft };
        rig.app.store().start_run(new).await.unwrap()
    }

    fn record(rig: &Rig, run: RunId) -> RevisionRecord {
        RevisionRecord {
            feature: slug(),
            revision: Revision(1),
            source: "ab".repeat(32).parse().unwrap(),
            commit: String::new(),
            run,
            request: None,
            origin: Origin::Hand,
            message: "x".into(),
            presentation: Presentation { title: "Poll".into(), ..Presentation::default() },
            routes: Vec::new(),
            mounted: false,
            created_at: rig.app.store().now(),
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_commit_that_was_not_recorded_is_found_and_its_run_goes_on() {
        let rig = rig(|_| ());
        let run = begin(&rig, Cause::Edit).await;
        rig.app.trail().save(Saved { record: record(&rig, run.id), files: draft().files, author: None }).await.unwrap();
        assert!(rig.app.store().revision_of_run(run.id).await.unwrap().is_none(), "the process died here");

        take_up(&rig.app).await.unwrap();
        let found = rig.app.store().revision_of_run(run.id).await.unwrap().unwrap();
        assert_eq!((found.revision, found.commit.len(), found.mounted), (Revision(1), 40, false));
        assert_eq!(rig.app.active().of_feature(&slug()), [run.id], "it waits for the gates");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_removal_that_was_cut_off_is_finished() {
        let rig = rig(|_| ());
        let edit = begin(&rig, Cause::Edit).await;
        let saved = rig.app.trail().save(Saved { record: record(&rig, edit.id), files: draft().files, author: None }).await.unwrap();
        rig.app.store().record_revision(saved).await.unwrap();
        let artifact = "cd".repeat(32).parse().unwrap();
        let mount =
            kandra_store::Mount { feature: slug(), revision: Revision(1), artifact, tier: kandra_model::Tier::Quick, run: Some(edit.id) };
        rig.app.store().mount(mount).await.unwrap();
        let removal = begin(&rig, Cause::Deletion).await;
        std::fs::remove_dir_all(rig.app.home().crates().join("poll")).unwrap();

        take_up(&rig.app).await.unwrap();
        rig.app.active().ended(removal.id).await;
        assert_eq!(rig.app.store().run(removal.id).await.unwrap().unwrap().state, RunState::Succeeded);
        assert_eq!(rig.app.store().feature(&slug()).await.unwrap().unwrap().state, FeatureState::Removed);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn an_optimised_build_that_was_cut_off_is_left_to_its_own_time() {
        let rig = rig(|_| ());
        let run = begin(&rig, Cause::Optimise).await;
        take_up(&rig.app).await.unwrap();
        assert_eq!(rig.app.store().run(run.id).await.unwrap().unwrap().state, RunState::Cancelled);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_request_whose_run_was_cut_off_is_developed_again() {
        let rig = rig(|_| ());
        let author = "ef".repeat(32).parse().unwrap();
        let text = crate::app::RequestText::new("a counter that everybody can click", "").unwrap();
        let request = rig.app.submit_request(&Actor::Visitor(author), &"ef".repeat(32).parse().unwrap(), text).await.unwrap();
        let cause = Cause::Request { request: request.id };
        let new = NewRun { cause, feature: None, title: "x".into(), provenance: "not written yet".into(), author: None, draft: None };
        let run = rig.app.store().start_run(new).await.unwrap();

        take_up(&rig.app).await.unwrap();
        for _ in 0..500 {
            if rig.app.store().draft(run.id).await.unwrap().is_some() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("no draft: {:?}", rig.app.store().run(run.id).await);
    }
}
