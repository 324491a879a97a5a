//! What passed the gates becomes a revision and serves: commit, load, mount.
//!
//! Each step can be done again: a revision that the run has committed already is found, live answers a mount of what
//! is mounted, and the store ends the run in the same transaction that makes the revision current.

use super::{active::Why, gates::Passed, halt::Halt, stages::Stages};
use crate::{app::App, live_handle::LiveError, supervisor};
use kandra_gate::Artifact;
use kandra_model::{Cause, Feature, FeatureState, Finding, LiveCondition, RevisionRecord, Run, Stage, StageOutcome, Timestamp};
use kandra_store::{ArtifactRecord, Draft, Mount, Saved, TrailError};
use kandra_wire::Command;
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

/// How long a mount may take in one process of live.
const MOUNT: Duration = Duration::from_secs(10);
/// How long the pipeline waits for a process that serves.
const LIVE_IS_BACK: Duration = Duration::from_secs(60);

/// Commits a draft whose artifact passed, and mounts it.
pub(crate) async fn settle(
    app: &Arc<App>,
    stages: &Stages,
    run: &Run,
    draft: &Draft,
    passed: Passed,
    attempt: u32,
) -> Result<Feature, Halt> {
    let Passed { artifact, trying } = passed;
    let _feature = app.feature_lock(artifact.slug()).await;
    let pinned = app.store().feature(artifact.slug()).await?.filter(|feature| feature.pinned);
    if let Some(feature) = pinned
        && app.store().revision_of_run(run.id).await?.is_none()
    {
        app.store().record_run_artifact(run.id, artifact.hash().clone()).await?;
        let (slug, revision) = (feature.slug, feature.revision);
        return Err(Halt::Waiting { reason: format!("The owner has pinned revision {revision} of {slug}, so this one waits.") });
    }
    stages.begin(Stage::Commit, attempt);
    let committed = commit(app, run, draft, &artifact).await;
    stages.end(Stage::Commit, outcome(&committed), Vec::new());
    let record = committed?;
    let mount = Mount {
        feature: record.feature.clone(),
        revision: record.revision,
        artifact: artifact.hash().clone(),
        tier: artifact.tier(),
        run: Some(run.id),
    };
    let mounted = load_and_mount(app, Some((stages, attempt)), &record, mount).await;
    if let Err(Halt::Refused { .. } | Halt::Failed { .. }) = &mounted {
        let reason = "It passed its checks and is kept, but the server could not load it.";
        app.store().mount_failed(&record.feature, record.revision, reason).await?;
    }
    drop(trying);
    mounted
}

/// Into git and kandra.db.
async fn commit(app: &App, run: &Run, draft: &Draft, artifact: &Artifact) -> Result<RevisionRecord, Halt> {
    if let Some(record) = app.store().revision_of_run(run.id).await? {
        record_artifact(app, &record, artifact).await?;
        return Ok(record);
    }
    let record = RevisionRecord {
        feature: artifact.slug().clone(),
        revision: app.store().next_revision(artifact.slug()).await?,
        source: artifact.source_hash().clone(),
        commit: String::new(),
        run: run.id,
        request: match run.cause {
            Cause::Request { request } => Some(request),
            _ => None,
        },
        origin: draft.origin.clone(),
        message: draft.message.clone(),
        presentation: artifact.presentation().clone(),
        routes: artifact.routes().to_vec(),
        mounted: false,
        created_at: app.store().now(),
    };
    let saved = app.trail().save(Saved { record, files: artifact.source().files().clone(), author: None }).await;
    let record = match saved {
        // Saved again between the last look and now: the newer run goes on.
        Err(TrailError::HandEdits { .. }) if run.cause == Cause::Edit => return Err(Halt::Stopped(Why::Superseded)),
        saved => saved?,
    };
    // In this order to the one writer, which makes both durable at once.
    let (recorded, noted) = tokio::join!(app.store().record_revision(record.clone()), record_artifact(app, &record, artifact));
    recorded?;
    noted?;
    Ok(record)
}

/// Notes which file is which build.
pub(crate) async fn record_artifact(app: &App, record: &RevisionRecord, artifact: &Artifact) -> Result<(), Halt> {
    let bytes = std::fs::metadata(artifact.path()).map_or(0, |found| found.len());
    let artifact = ArtifactRecord {
        key: artifact.key().as_str().to_owned(),
        hash: artifact.hash().clone(),
        feature: record.feature.clone(),
        revision: record.revision,
        tier: artifact.tier(),
        bytes,
        created_at: app.store().now(),
    };
    Ok(app.store().record_artifact(artifact).await?)
}

/// Into live's memory and its route table; then the store makes it current. Under the lock that a restore takes, so
/// that whichever process serves afterwards has what the store says.
pub(crate) async fn load_and_mount(
    app: &Arc<App>,
    stages: Option<(&Stages, u32)>,
    record: &RevisionRecord,
    mount: Mount,
) -> Result<Feature, Halt> {
    mount_with(app, stages, record, mount, Data::Stays).await.map(|(feature, _)| feature)
}

/// What becomes of a feature's SQL data at a mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Data {
    Stays,
    /// To what they were when the database last had the shape that the revision knows.
    GoesBack,
}

/// The same; with when the copy was made from which data were brought back, if they were.
pub(crate) async fn mount_with(
    app: &Arc<App>,
    stages: Option<(&Stages, u32)>,
    record: &RevisionRecord,
    mount: Mount,
    data: Data,
) -> Result<(Feature, Option<Timestamp>), Halt> {
    let before = app.store().feature(&mount.feature).await?;
    let paused = before.as_ref().is_some_and(|feature| feature.state == FeatureState::Paused);
    let limits = before.map(|feature| feature.limits).unwrap_or_default();
    let state = if paused { FeatureState::Paused } else { FeatureState::Live };
    let command = Command::Mount {
        feature: mount.feature.clone(),
        revision: mount.revision,
        artifact: mount.artifact.clone(),
        tier: mount.tier,
        presentation: record.presentation.clone(),
        settings: supervisor::settings(state, &limits),
        with_data: data == Data::GoesBack,
    };
    if let Some((stages, attempt)) = stages {
        stages.begin(Stage::Load, attempt);
    }
    let until = Instant::now() + LIVE_IS_BACK;
    loop {
        let served = app.live().serving(until.saturating_duration_since(Instant::now())).await;
        if served.is_err() || app.live().state().condition == LiveCondition::SafeMode {
            fail(stages, StageOutcome::Failed, Vec::new());
            return Err(Halt::failed(
                "live_unavailable",
                "The server that runs the features is not there at the moment; the owner finds the reason on the status page.",
            ));
        }
        let guard = app.mounts().lock().await;
        match app.live().mount(command.clone(), MOUNT).await {
            Ok(mounted) => {
                if let Some((stages, attempt)) = stages {
                    stages.end(Stage::Load, StageOutcome::Passed, Vec::new());
                    stages.begin(Stage::Mount, attempt);
                    stages.end(Stage::Mount, StageOutcome::Passed, Vec::new());
                    stages.written().await;
                }
                let slug = mount.feature.clone();
                let mut feature = app.store().mount(mount).await?;
                if paused {
                    feature = app.store().set_feature_state(&slug, FeatureState::Paused, Some("The owner paused it.".to_owned())).await?;
                }
                drop(guard);
                return Ok((feature, mounted.restored));
            }
            Err(LiveError::Refused(refusal)) if refusal.stage != "draining" && refusal.stage != "deadline" => {
                drop(guard);
                let finding = Finding::error(format!("load/{}", refusal.stage), refusal.message.chars().take(2_000).collect::<String>());
                fail(stages, StageOutcome::Refused, vec![finding.clone()]);
                return Err(Halt::Refused { stage: Stage::Load, findings: vec![finding] });
            }
            Err(problem) => {
                drop(guard);
                tracing::info!(%problem, feature = %mount.feature, "a mount is tried again");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

fn fail(stages: Option<(&Stages, u32)>, outcome: StageOutcome, findings: Vec<Finding>) {
    if let Some((stages, _)) = stages {
        stages.end(Stage::Load, outcome, findings);
    }
}

fn outcome<T>(result: &Result<T, Halt>) -> StageOutcome {
    if result.is_ok() { StageOutcome::Passed } else { StageOutcome::Failed }
}
