//! The same source, another library: after a change of toolchain, SDK or `kandra`; when a file is gone or live refuses
//! it; and the optimised build of what serves.

use super::{
    Pass, Rank,
    active::Ticket,
    gates::{bytes, hash},
    halt::Halt,
    settle::{load_and_mount, record_artifact},
    spawn,
    stages::Stages,
};
use crate::{app::App, supervisor::Unrestored};
use kandra_gate::{Gate, Presence};
use kandra_model::{ArtifactHash, Cause, Feature, FeatureState, Revision, RevisionRecord, Run, RunId, Slug, Tier};
use kandra_store::{Draft, Mount, NewRun, StoreError};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{Notify, mpsc};

/// How long nobody may have waited for anything before an optimised build begins.
const QUIET: Duration = Duration::from_millis(1_500);

/// How often libraries that nothing refers to are removed.
const COLLECT_EVERY: Duration = Duration::from_secs(3_600);

/// What waits for an optimised build.
#[derive(Default)]
pub(crate) struct Rebuilds {
    waiting: Mutex<VecDeque<Slug>>,
    changed: Notify,
}

impl Rebuilds {
    /// The quick build of this feature serves: make the optimised one when there is time.
    pub(crate) fn optimise(&self, feature: Slug) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if !waiting.contains(&feature) {
            waiting.push_back(feature);
        }
        self.changed.notify_one();
    }

    fn next(&self) -> Option<Slug> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

fn rollback_key(run: RunId) -> String {
    format!("rollback/{run}")
}

/// Looks once whether everything that should serve has its library, then after what live could not load, then makes
/// optimised builds when nothing else is to be done. Ends with the server.
pub(crate) async fn look_after_builds(app: Arc<App>, mut unrestored: mpsc::UnboundedReceiver<Unrestored>) {
    let gate = app.workshop().ready().await;
    if let Err(error) = check_builds(&app, &gate).await {
        tracing::error!(%error, "the features' builds could not be checked");
    }
    loop {
        tokio::select! {
            failed = unrestored.recv() => match failed {
                Some(failed) => restore(&app, &gate, failed).await,
                None => return,
            },
            feature = next_when_quiet(&app) => {
                if let Err(error) = begin_optimised(&app, &feature).await {
                    tracing::error!(%feature, %error, "an optimised build could not begin");
                }
            }
        }
    }
}

async fn next_when_quiet(app: &App) -> Slug {
    loop {
        let changed = app.rebuilds().changed.notified();
        app.active().empty().await;
        tokio::time::sleep(QUIET).await;
        if app.active().is_empty() {
            if let Some(feature) = app.rebuilds().next() {
                return feature;
            }
            changed.await;
        }
    }
}

pub(crate) async fn check_builds(app: &Arc<App>, gate: &Gate) -> Result<(), StoreError> {
    for feature in app.store().all_features().await? {
        let wanted = match feature.state {
            FeatureState::Live | FeatureState::Rebuilding | FeatureState::Paused | FeatureState::NotMounted => true,
            FeatureState::Quarantined | FeatureState::Removed => false,
        };
        if wanted && !under_way(app, &feature.slug).await? {
            check(app, gate, &feature).await?;
        }
    }
    Ok(())
}

/// Whether a rebuild runs already. Other runs do not stand in for one: they may come to nothing, and a rebuild that they
/// overtake ends by itself.
async fn under_way(app: &App, feature: &Slug) -> Result<bool, StoreError> {
    for run in app.active().of_feature(feature) {
        if app.store().run(run).await?.is_some_and(|run| run.cause == Cause::Rebuild) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn check(app: &Arc<App>, gate: &Gate, feature: &Feature) -> Result<(), StoreError> {
    if let (true, FeatureState::Live | FeatureState::Paused, Some(artifact)) = (feature.pinned, feature.state, &feature.artifact)
        && intact(gate, artifact).await
    {
        // This very build stays. When live cannot load it any more, it is built anew like any other.
        return Ok(());
    }
    let Some((record, draft)) = source_of(app, &feature.slug, feature.revision).await? else { return Ok(()) };
    let source = match gate.source(bytes(&draft.files)) {
        Ok(source) => source,
        Err(problem) => {
            tracing::warn!(feature = %feature.slug, %problem, "a committed source is refused by this kandra's source gate");
            return begin(app, feature, draft, "Its source is checked again for this version of the server.").await.map(drop);
        }
    };
    debug_assert_eq!(hash(&source), record.source);
    let known = app.store().artifact(gate.artifact_key(&source, feature.tier).as_str()).await?;
    match known {
        Some(build) if intact(gate, &build.hash).await => {
            if feature.artifact.as_ref() != Some(&build.hash) || feature.state == FeatureState::NotMounted {
                let mount =
                    Mount { feature: feature.slug.clone(), revision: feature.revision, artifact: build.hash, tier: build.tier, run: None };
                if let Err(halt) = load_and_mount(app, None, &record, mount).await {
                    tracing::warn!(feature = %feature.slug, ?halt, "a build that is there could not be mounted");
                    begin(app, feature, draft, "It could not be loaded and is built anew.").await?;
                }
            } else if feature.tier == Tier::Quick {
                app.rebuilds().optimise(feature.slug.clone());
            }
        }
        _ => {
            begin(app, feature, draft, "It is built anew for this version of the server.").await?;
        }
    }
    Ok(())
}

/// What live could not load is built anew, once.
async fn restore(app: &Arc<App>, gate: &Gate, failed: Unrestored) {
    tracing::warn!(feature = %failed.feature, problem = %failed.problem, "live could not restore a feature");
    let result = async {
        let Some(feature) = app.store().feature(&failed.feature).await? else { return Ok(()) };
        if feature.revision != failed.revision || under_way(app, &feature.slug).await? {
            return Ok(());
        }
        let Some((_, draft)) = source_of(app, &feature.slug, feature.revision).await? else { return Ok(()) };
        if let Some(artifact) = &feature.artifact {
            // Moves a damaged file aside, so that the new one can take its name.
            intact(gate, artifact).await;
        }
        begin(app, &feature, draft, "It could not be loaded and is built anew.").await.map(drop)
    };
    if let Err::<(), StoreError>(error) = result.await {
        tracing::error!(feature = %failed.feature, %error, "a rebuild could not begin");
    }
}

async fn intact(gate: &Gate, artifact: &ArtifactHash) -> bool {
    let (gate, artifact) = (gate.clone(), artifact.clone());
    let looked = tokio::task::spawn_blocking(move || gate.presence(&artifact)).await;
    matches!(looked, Ok(Ok(Presence::Intact(_))))
}

/// A revision's record and its source as a draft that names the revision.
async fn source_of(app: &App, feature: &Slug, revision: Revision) -> Result<Option<(RevisionRecord, Draft)>, StoreError> {
    let Some(record) = app.store().revision(feature, revision).await? else { return Ok(None) };
    match app.trail().files(feature, &record.commit).await {
        Ok(files) => {
            let (message, origin) = (record.message.clone(), record.origin.clone());
            let draft = Draft { slug: feature.clone(), files, message, origin, base_revision: Some(revision) };
            Ok(Some((record, draft)))
        }
        Err(error) => {
            tracing::error!(%feature, %revision, %error, "a revision's source is not in the trail");
            Ok(None)
        }
    }
}

async fn begin(app: &Arc<App>, feature: &Feature, draft: Draft, reason: &str) -> Result<Run, StoreError> {
    if feature.state != FeatureState::Paused {
        app.store().set_feature_state(&feature.slug, FeatureState::Rebuilding, Some(reason.to_owned())).await?;
    }
    start(app, Cause::Rebuild, &feature.slug, &feature.presentation.title, draft).await
}

async fn start(app: &Arc<App>, cause: Cause, feature: &Slug, title: &str, draft: Draft) -> Result<Run, StoreError> {
    let provenance = super::develop::provenance(&draft.origin);
    let new = NewRun { cause, feature: Some(feature.clone()), title: title.to_owned(), provenance, author: None, draft: Some(draft) };
    let run = app.store().start_run(new).await?;
    spawn(app, &run);
    Ok(run)
}

async fn begin_optimised(app: &Arc<App>, slug: &Slug) -> Result<(), StoreError> {
    let Some(feature) = app.store().feature(slug).await? else { return Ok(()) };
    if feature.pinned || feature.tier == Tier::Optimised || !matches!(feature.state, FeatureState::Live | FeatureState::Paused) {
        return Ok(());
    }
    let Some((_, draft)) = source_of(app, slug, feature.revision).await? else { return Ok(()) };
    start(app, Cause::Optimise, slug, &feature.presentation.title, draft).await.map(drop)
}

impl App {
    /// Starts the rebuild of a revision whose library is gone, which then becomes the current one.
    pub(crate) async fn rebuild_for_rollback(self: &Arc<Self>, feature: &Feature, revision: Revision) -> Result<Option<Run>, StoreError> {
        let Some((_, draft)) = source_of(self, &feature.slug, revision).await? else { return Ok(None) };
        let provenance = super::develop::provenance(&draft.origin);
        let title = format!("{}: back to revision {revision}", feature.presentation.title);
        let new =
            NewRun { cause: Cause::Rebuild, feature: Some(feature.slug.clone()), title, provenance, author: None, draft: Some(draft) };
        let run = self.store().start_run(new).await?;
        self.store().set_setting(&rollback_key(run.id), &true).await?;
        spawn(self, &run);
        Ok(Some(run))
    }
}

/// A rebuild or an optimised build.
pub(super) async fn work(app: &Arc<App>, ticket: &Ticket, stages: &Stages, run: &Run) -> Result<Option<Feature>, Halt> {
    let gone = || Halt::failed("store", "The source of this run is not in the database any more.");
    let draft = app.store().draft(run.id).await?.ok_or_else(gone)?;
    let revision = draft.base_revision.ok_or_else(gone)?;
    let record = app.store().revision(&draft.slug, revision).await?.ok_or_else(gone)?;
    let before = app.store().feature(&draft.slug).await?;
    let serves = before.as_ref().is_some_and(|feature| feature.artifact.is_some());
    let (tier, rank) = match run.cause {
        Cause::Optimise => (Tier::Optimised, Rank::Optimise),
        _ if serves => (Tier::Quick, Rank::Rebuild),
        _ => (Tier::Quick, Rank::Restore),
    };
    ticket.works_on(&draft.slug, None);
    let pass = Pass { app, ticket, stages: Some(stages), attempt: 1, rank, tier, slug: Some(&draft.slug) };
    let passed = pass.run(bytes(&draft.files)).await?;
    record_artifact(app, &record, &passed.artifact).await?;
    let _feature = app.feature_lock(&draft.slug).await;
    let back = app.store().setting::<bool>(&rollback_key(run.id)).await? == Some(true);
    let now = app.store().feature(&draft.slug).await?.ok_or_else(gone)?;
    // Pinned while it was built.
    let kept = now.pinned && run.cause == Cause::Optimise;
    let outdated = kept || now.revision != revision || now.state == FeatureState::Removed || now.state == FeatureState::Quarantined;
    if outdated && !back {
        stages.written().await;
        app.store().succeed_run(run.id).await?;
        return Ok(None);
    }
    if back {
        app.trail().restore(&draft.slug, revision, &record.commit).await?;
    }
    let mount = Mount { feature: draft.slug.clone(), revision, artifact: passed.artifact.hash().clone(), tier, run: Some(run.id) };
    let feature = load_and_mount(app, Some((stages, 1)), &record, mount).await?;
    drop(passed.trying);
    Ok(Some(feature))
}

/// A feature that no longer builds keeps its last library where live has it, and says why.
pub(super) async fn failed(app: &Arc<App>, run: &Run, halt: &Halt) {
    let (Some(slug), Some(end)) = (&run.feature, halt.end(&run.cause)) else { return };
    if matches!(halt, Halt::Stopped(_)) {
        return;
    }
    let serving = match app.live().report(Duration::from_secs(2)).await {
        Ok(report) => report.libraries.iter().any(|library| library.feature == *slug && library.serving),
        Err(_) => false,
    };
    let why = end.failure.unwrap_or_default();
    let (state, reason) = if serving {
        (FeatureState::Live, format!("It could not be built anew and goes on with its last build. {why}"))
    } else {
        (FeatureState::NotMounted, format!("It could not be built anew. {why}"))
    };
    let recorded = match app.store().feature(slug).await {
        Ok(Some(feature)) if feature.state == FeatureState::Rebuilding => {
            app.store().set_feature_state(slug, state, Some(reason)).await.map(drop)
        }
        Ok(_) => Ok(()),
        Err(error) => Err(error),
    };
    if let Err(error) = recorded {
        tracing::error!(feature = %slug, %error, "a failed rebuild could not be recorded");
    }
}

/// Removes libraries that nothing refers to any more, each hour, while nothing is being made.
pub(crate) async fn collect_garbage(app: Arc<App>) {
    let gate = app.workshop().ready().await;
    loop {
        tokio::time::sleep(COLLECT_EVERY).await;
        app.active().empty().await;
        // With this lock held no probe can finish, so that no new library is without its record.
        let _trying = app.trying().lock().await;
        if !app.active().is_empty() {
            continue;
        }
        let keep = match app.store().artifacts_to_keep().await {
            Ok(keep) => keep,
            Err(error) => {
                tracing::error!(%error, "old libraries could not be listed");
                continue;
            }
        };
        let worker = gate.clone();
        match tokio::task::spawn_blocking(move || worker.collect(&keep)).await {
            Ok(Ok(collected)) => tracing::info!(?collected, "old libraries removed"),
            Ok(Err(error)) => tracing::error!(%error, "old libraries could not be removed"),
            Err(error) => tracing::error!(%error, "old libraries could not be removed"),
        }
    }
}
