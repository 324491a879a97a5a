//! From a request, an edit or a submission to a mounted revision: `prompt → source → lint → build → inspect → probe →
//! commit → load → mount`.
//!
//! A run's truth is in the store: what it works on, how far it got. Driving a run that was cut off does again what is
//! not recorded and skips what is, so that nothing acknowledged is lost whenever the process dies.

mod active;
mod approval;
mod callers;
mod develop;
mod gates;
mod halt;
mod rebuild;
mod recovery;
mod settle;
mod slots;
mod stages;

pub(crate) use active::{Active, Admission, Urgency, Why};
pub(crate) use develop::one_line;
pub(crate) use gates::{Pass, bytes, hash};
pub(crate) use halt::Halt;
pub(crate) use rebuild::{Rebuilds, collect_garbage, look_after_builds};
pub(crate) use recovery::take_up;
pub(crate) use settle::{Data, load_and_mount, mount_with};
pub(crate) use slots::{Kind, Rank, Slots};

use crate::app::App;
use active::Ticket;
use approval::Decision;
use develop::Development;
use kandra_agent::{Broken, MAX_REPAIR_TURNS, Repair};
use kandra_model::{Cause, Feature, Run, Slug, SourceHash, Tier};
use kandra_store::{Draft, StoreError, Viewer};
use stages::Stages;
use std::sync::Arc;

/// Drives a run that the store has as running, on a task of its own. Nothing happens when it is driven already.
pub(crate) fn spawn(app: &Arc<App>, run: &Run) {
    start(app, run, None);
}

/// The same for a run whose source is known by its hash.
pub(crate) fn spawn_with_source(app: &Arc<App>, run: &Run, source: SourceHash) {
    start(app, run, Some(source));
}

fn start(app: &Arc<App>, run: &Run, source: Option<SourceHash>) {
    let urgency = match run.cause {
        Cause::Optimise | Cause::Rebuild => Urgency::Background,
        Cause::Request { .. } => Urgency::Asked,
        Cause::Edit | Cause::Submission | Cause::Deletion => Urgency::Foreground,
    };
    let Some(ticket) = app.active().enter(run.id, urgency) else { return };
    if let Some(feature) = &run.feature {
        ticket.works_on(feature, source);
    }
    let (app, run) = (Arc::clone(app), run.clone());
    tokio::spawn(async move { drive(&app, ticket, run).await });
}

async fn drive(app: &Arc<App>, ticket: Ticket, run: Run) {
    let stages = Stages::of(app.store().clone(), run.id);
    let result = work(app, &ticket, &stages, &run).await;
    stages.written().await;
    match result {
        Ok(Some(feature)) => {
            tracing::info!(run = %run.id, feature = %feature.slug, revision = %feature.revision, "mounted");
            // That a known source could be built anew says nothing of the model or of what a request needs.
            if matches!(run.cause, Cause::Request { .. }) {
                app.observer().well();
            }
            if feature.tier == Tier::Quick {
                app.rebuilds().optimise(feature.slug);
            }
        }
        Ok(None) => {}
        Err(halt) => stop(app, &ticket, &run, &halt).await,
    }
    drop(ticket);
    app.observer().look();
}

/// Records why a run goes no further.
async fn stop(app: &Arc<App>, ticket: &Ticket, run: &Run, halt: &Halt) {
    tracing::info!(run = %run.id, %halt, "a run ended without a mount");
    if halt.is_temporary() {
        app.observer().rest();
    }
    match &run.cause {
        Cause::Edit => {
            if let Err(error) = remember_refusal(app, run, halt).await {
                tracing::error!(%error, "a refused edit could not be remembered");
            }
        }
        Cause::Rebuild => rebuild::failed(app, run, halt).await,
        Cause::Optimise if matches!(halt, Halt::Stopped(Why::Preempted)) => {
            if let Some(feature) = app.active().feature_of(ticket.run()) {
                app.rebuilds().optimise(feature);
            }
        }
        _ => {}
    }
    let Some(end) = halt.end(&run.cause) else { return };
    if let Err(error) = app.store().end_run(run.id, end).await {
        tracing::error!(run = %run.id, %error, "the end of a run could not be recorded");
    }
}

async fn remember_refusal(app: &App, run: &Run, halt: &Halt) -> Result<(), StoreError> {
    // One that waits is known too: the same save, found again, would wait a second time.
    let (Halt::Refused { .. } | Halt::Waiting { .. }, Some(draft), Some(gate)) =
        (halt, app.store().draft(run.id).await?, app.workshop().gate())
    else {
        return Ok(());
    };
    let source = crate::watcher::source_hash(&gate, &bytes(&draft.files));
    app.store().record_rejection(&draft.slug, &source, gate.workshop().key(), run.id).await
}

/// The whole of a run. `None` when it ended without a mount and that is recorded already.
async fn work(app: &Arc<App>, ticket: &Ticket, stages: &Stages, run: &Run) -> Result<Option<Feature>, Halt> {
    match &run.cause {
        Cause::Deletion => remove(app, run).await.map(|()| None),
        Cause::Rebuild | Cause::Optimise => rebuild::work(app, ticket, stages, run).await,
        Cause::Request { .. } | Cause::Edit | Cause::Submission => make(app, ticket, stages, run).await.map(Some),
    }
}

/// A new revision.
async fn make(app: &Arc<App>, ticket: &Ticket, stages: &Stages, run: &Run) -> Result<Feature, Halt> {
    let gone = || Halt::failed("store", "The run is not in the database any more.");
    let (_, author) = app.store().run_title_and_author(run.id).await?.ok_or_else(gone)?;
    let (title, details, repairs) = match run.cause {
        Cause::Request { request } => {
            let request = app.store().request(request, Viewer::Owner).await?.ok_or_else(gone)?;
            (request.title, request.details, request.repairs)
        }
        _ => (String::new(), String::new(), None),
    };
    let mut attempt = run.stages.iter().map(|stage| stage.attempt).max().unwrap_or(1);
    let mut development = Development {
        title,
        details,
        usage: run.usage.clone(),
        plan: run.plan.clone().unwrap_or_default(),
        revises: repairs.as_ref().map(|repairs| repairs.feature.clone()),
    };
    let mut draft = match app.store().draft(run.id).await? {
        Some(draft) => draft,
        None if matches!(run.cause, Cause::Request { .. }) => {
            let repair = match repairs {
                Some(repairs) => Some(develop::failed_in_use(app, &repairs, &development.details).await?),
                None => None,
            };
            develop(app, ticket, stages, &mut development, attempt, repair).await?
        }
        None => return Err(Halt::failed("store", "The source of this run is not in the database any more; send it again.")),
    };
    ticket.works_on(&draft.slug, None);
    let passed = loop {
        let rank = rank(&run.cause, attempt);
        let pass = Pass { app, ticket, stages: Some(stages), attempt, rank, tier: Tier::Quick, slug: Some(&draft.slug) };
        match pass.run(bytes(&draft.files)).await {
            Ok(passed) => break passed,
            Err(Halt::Refused { findings, .. })
                if matches!(run.cause, Cause::Request { .. }) && develop::can_repair(&draft.origin) && attempt <= MAX_REPAIR_TURNS =>
            {
                let repair = Repair {
                    broken: Broken::Draft,
                    slug: draft.slug.clone(),
                    plan: development.plan.clone(),
                    files: draft.files.clone(),
                    findings,
                    turn: attempt,
                };
                attempt += 1;
                draft = develop(app, ticket, stages, &mut development, attempt, Some(repair)).await?;
            }
            Err(halt) => return Err(halt),
        }
    };
    if let Decision::Wait(reason) = approval::decide(app, run, author.as_ref(), &draft, &passed.artifact).await? {
        // While the lock from the probe is held, no unrecorded library is collected.
        app.store().record_run_artifact(run.id, passed.artifact.hash().clone()).await?;
        return Err(Halt::Waiting { reason });
    }
    if let Some(why) = ticket.stop() {
        return Err(why.into());
    }
    settle::settle(app, stages, run, &draft, passed, attempt).await
}

/// A draft by the developer, kept before it is judged.
async fn develop(
    app: &Arc<App>,
    ticket: &Ticket,
    stages: &Stages,
    development: &mut Development,
    attempt: u32,
    repair: Option<Repair>,
) -> Result<Draft, Halt> {
    let draft = development.turn(app, ticket, stages, attempt, repair).await?;
    stages.draft(draft.clone(), develop::provenance(&draft.origin));
    Ok(draft)
}

const fn rank(cause: &Cause, attempt: u32) -> Rank {
    match cause {
        Cause::Request { .. } if attempt > 1 => Rank::Repair,
        Cause::Request { .. } => Rank::Asked(Kind::Request),
        Cause::Submission => Rank::Asked(Kind::Submission),
        Cause::Edit | Cause::Deletion => Rank::Edit,
        Cause::Rebuild => Rank::Rebuild,
        Cause::Optimise => Rank::Optimise,
    }
}

/// A feature whose source is gone: its routes go, its data and history stay.
async fn remove(app: &Arc<App>, run: &Run) -> Result<(), Halt> {
    let Some(feature) = run.feature.clone() else { return Err(Halt::failed("store", "The run names no feature.")) };
    let _feature = app.feature_lock(&feature).await;
    if app.home().crates().join(feature.as_str()).exists() {
        return Err(Halt::Stopped(Why::Cancelled("The feature's folder is there again.".to_owned())));
    }
    unmount(app, &feature).await?;
    let message = format!("{feature}: remove");
    app.trail().remove(kandra_store::Removal { feature, run: Some(run.id), message }).await?;
    app.store().succeed_run(run.id).await?;
    Ok(())
}

/// Takes a feature's routes away; idempotent. A process that is not there has none, and the next one gets none.
async fn unmount(app: &App, feature: &Slug) -> Result<(), Halt> {
    let _guard = app.mounts().lock().await;
    app.store().set_feature_state(feature, kandra_model::FeatureState::Removed, None).await?;
    let command = kandra_wire::Command::Unmount { feature: feature.clone() };
    if let Err(problem) = app.live().command(command, std::time::Duration::from_secs(5)).await {
        tracing::warn!(%feature, %problem, "live did not confirm an unmount");
    }
    Ok(())
}
