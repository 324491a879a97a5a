//! Hand edits: a crate under `world/features` is saved, and runs; it is deleted, and its routes go.
//!
//! What counts is the hash of the source, not the event: what is current, in flight or refused already is left alone.
//! Nothing here ever writes into the folders.

mod folder;
mod scan;

pub(crate) use folder::source_hash;
use scan::scan;
pub(crate) use scan::{offer, refill};

use crate::{
    app::App,
    pipeline::{self, Why},
};
use folder::Found;
use kandra_gate::{Files, Gate};
use kandra_model::{Cause, Feature, FeatureState, Origin, Slug, SourceHash};
use kandra_store::{Draft, NewRun, StoreError};
use notify_debouncer_full::{
    DebounceEventResult, new_debouncer,
    notify::{
        EventKind, RecursiveMode,
        event::{AccessKind, AccessMode},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
    time::Duration,
};
use tokio::sync::mpsc;

/// How long a folder must be still before it is looked at.
const STILL: Duration = Duration::from_millis(60);
/// How long a folder must be gone before its feature goes.
const GONE: Duration = Duration::from_secs(1);
/// Changes that may wait; when more come, everything is looked at.
const QUEUE: usize = 1_024;

/// Watches until the server ends. First everything that changed while the server was down.
pub(crate) async fn watch(app: Arc<App>) {
    let gate = app.workshop().found().await;
    let root = app.home().crates();
    let (sender, mut changes) = mpsc::channel(QUEUE);
    let overflow = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (base, lost) = (root.clone(), Arc::clone(&overflow));
    let handler = move |events: DebounceEventResult| {
        let paths: Vec<_> = match events {
            Ok(events) => events.into_iter().filter(|event| is_change(&event.kind)).flat_map(|event| event.event.paths).collect(),
            Err(errors) => {
                tracing::warn!(?errors, "the watcher missed something and looks at everything");
                lost.store(true, std::sync::atomic::Ordering::Release);
                vec![base.clone()]
            }
        };
        let slugs: BTreeSet<Slug> = paths.iter().filter_map(|path| slug_of(&base, path)).collect();
        if sender.try_send(slugs).is_err() {
            lost.store(true, std::sync::atomic::Ordering::Release);
        }
    };
    // Watching fails where the system has no watches left; a look every second stands in for it.
    let watching = new_debouncer(STILL, Some(STILL / 3), handler).and_then(|mut debouncer| {
        debouncer.watch(&root, RecursiveMode::Recursive)?;
        Ok(debouncer)
    });
    let interval = match &watching {
        Ok(_) => Duration::from_secs(30),
        Err(error) => {
            tracing::warn!(%error, "the folder of features cannot be watched; it is looked at every second instead");
            Duration::from_secs(1)
        }
    };
    scan(&app, &gate).await;
    loop {
        let slugs = tokio::select! {
            slugs = changes.recv() => match slugs {
                Some(slugs) => slugs,
                None => std::future::pending().await,
            },
            () = tokio::time::sleep(interval) => {
                overflow.store(true, std::sync::atomic::Ordering::Release);
                BTreeSet::new()
            }
        };
        if overflow.swap(false, std::sync::atomic::Ordering::AcqRel) {
            scan(&app, &gate).await;
        }
        for slug in slugs {
            let (app, gate) = (Arc::clone(&app), gate.clone());
            tokio::spawn(async move { look_at(&app, &gate, &slug).await });
        }
    }
}

/// Whether something may be different now. Reading is none: our own looks would make us look again, for ever.
fn is_change(kind: &EventKind) -> bool {
    !kind.is_access() || *kind == EventKind::Access(AccessKind::Close(AccessMode::Write))
}

/// The feature whose folder a path is in.
fn slug_of(root: &Path, path: &Path) -> Option<Slug> {
    path.strip_prefix(root).ok()?.components().next()?.as_os_str().to_str()?.parse().ok()
}

/// Looks at one folder and does what follows.
pub(crate) async fn look_at(app: &Arc<App>, gate: &Gate, slug: &Slug) {
    if let Err(error) = look(app, gate, slug).await {
        tracing::error!(feature = %slug, %error, "a folder could not be looked at");
    }
}

async fn look(app: &Arc<App>, gate: &Gate, slug: &Slug) -> Result<(), StoreError> {
    match folder::find(app, gate, slug).await {
        Found::Crate(_) => edited(app, gate, slug).await,
        Found::Unfinished => Ok(()),
        Found::Nothing => {
            let feature = app.store().feature(slug).await?;
            let in_flight = !app.active().of_feature(slug).is_empty();
            if in_flight || feature.is_some_and(|feature| feature.state != FeatureState::Removed) {
                tokio::time::sleep(GONE).await;
                deleted(app, gate, slug).await?;
            }
            Ok(())
        }
    }
}

/// A crate is there: is it news?
async fn edited(app: &Arc<App>, gate: &Gate, slug: &Slug) -> Result<(), StoreError> {
    let _feature = app.feature_lock(slug).await;
    // Read again under the lock: what was read before may have been written by a run that has just ended.
    let files = match folder::find(app, gate, slug).await {
        Found::Crate(now) => now,
        Found::Nothing | Found::Unfinished => return Ok(()),
    };
    let source = source_hash(gate, &files);
    let feature = app.store().feature(slug).await?;
    if is_current(app, feature.as_ref(), &source).await? || app.active().with_source(slug, &source).is_some() {
        return Ok(());
    }
    if app.store().rejection(slug, &source, gate.workshop().key()).await?.is_some() {
        return Ok(());
    }
    for run in app.active().of_feature(slug) {
        // One that was taken up at a start has not told its source yet.
        if app.store().draft(run).await?.is_some_and(|draft| source_hash(gate, &pipeline::bytes(&draft.files)) == source) {
            return Ok(());
        }
        let edit = app.store().run(run).await?.is_some_and(|run| run.cause == Cause::Edit);
        if edit {
            app.active().stop(run, &Why::Superseded);
        }
    }
    let exists = feature.as_ref().filter(|feature| feature.state != FeatureState::Removed);
    let draft = Draft {
        slug: slug.clone(),
        files: texts(&files),
        message: exists.map_or_else(|| format!("{slug}: written by hand"), |_| format!("{slug}: edited by hand")),
        origin: Origin::Hand,
        base_revision: exists.map(|feature| feature.revision),
    };
    let title = exists.map_or_else(|| slug.to_string(), |feature| feature.presentation.title.clone());
    let new = NewRun {
        cause: Cause::Edit,
        feature: Some(slug.clone()),
        title,
        provenance: "by hand".to_owned(),
        author: None,
        draft: Some(draft),
    };
    let run = app.store().start_run(new).await?;
    pipeline::spawn_with_source(app, &run, source);
    Ok(())
}

async fn is_current(app: &App, feature: Option<&Feature>, source: &SourceHash) -> Result<bool, StoreError> {
    let Some(feature) = feature.filter(|feature| feature.state != FeatureState::Removed) else { return Ok(false) };
    let record = app.store().revision(&feature.slug, feature.revision).await?;
    Ok(record.is_some_and(|record| record.source == *source))
}

/// What is not UTF-8 keeps its place, so that the source gate can name it.
fn texts(files: &Files) -> BTreeMap<String, String> {
    files.iter().map(|(path, bytes)| (path.clone(), String::from_utf8_lossy(bytes).into_owned())).collect()
}

/// The folder was gone a second ago: is it still?
async fn deleted(app: &Arc<App>, gate: &Gate, slug: &Slug) -> Result<(), StoreError> {
    let _feature = app.feature_lock(slug).await;
    if !matches!(folder::find(app, gate, slug).await, Found::Nothing) {
        return Ok(());
    }
    for run in app.active().of_feature(slug) {
        match app.store().run(run).await?.map(|run| run.cause) {
            Some(Cause::Deletion) => return Ok(()),
            Some(Cause::Edit) => drop(app.active().stop(run, &Why::Cancelled("The feature's folder was deleted.".to_owned()))),
            _ => {}
        }
    }
    let Some(feature) = app.store().feature(slug).await?.filter(|feature| feature.state != FeatureState::Removed) else { return Ok(()) };
    let title = feature.presentation.title;
    let new =
        NewRun { cause: Cause::Deletion, feature: Some(slug.clone()), title, provenance: "by hand".to_owned(), author: None, draft: None };
    let run = app.store().start_run(new).await?;
    pipeline::spawn(app, &run);
    Ok(())
}

#[cfg(test)]
mod tests;
