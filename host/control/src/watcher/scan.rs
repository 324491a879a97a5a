//! Everything at once: what changed while the server was down, and what a new home starts with.

use super::{folder, look_at};
use crate::{app::App, pipeline};
use kandra_gate::Gate;
use kandra_model::{FeatureState, Slug};
use kandra_store::StoreError;
use std::{collections::BTreeSet, sync::Arc};

/// Looks at every folder and at every feature that should have one.
pub(crate) async fn scan(app: &Arc<App>, gate: &Gate) {
    if let Err(error) = all(app, gate).await {
        tracing::error!(%error, "the folder of features could not be looked through");
    }
}

async fn all(app: &Arc<App>, gate: &Gate) -> Result<(), StoreError> {
    let crates = app.home().crates();
    let entries = tokio::task::spawn_blocking(move || {
        std::fs::read_dir(crates).map(|entries| entries.flatten().map(|entry| entry.file_name()).collect::<Vec<_>>())
    });
    let Ok(Ok(names)) = entries.await else { return Ok(()) };
    let folders: BTreeSet<Slug> = names.iter().filter_map(|name| name.to_str()?.parse().ok()).collect();
    let features = app.store().all_features().await?;
    let expected: BTreeSet<Slug> = features.iter().filter(|f| f.state != FeatureState::Removed).map(|f| f.slug.clone()).collect();
    for slug in folders.union(&expected) {
        let (app, gate, slug) = (Arc::clone(app), gate.clone(), slug.clone());
        tokio::spawn(async move {
            // What a run has half written is not a hand edit.
            app.active().feature_is_free(&slug).await;
            look_at(&app, &gate, &slug).await;
        });
    }
    Ok(())
}

/// Fills the folder of sources from the history when all of it is gone: that is no deletion of every feature.
pub(crate) async fn refill(app: &Arc<App>) -> Result<(), StoreError> {
    if !app.home().crates_were_missing() {
        return Ok(());
    }
    for feature in app.store().all_features().await? {
        let Some(record) = app.store().revision(&feature.slug, feature.revision).await? else { continue };
        let _lock = app.feature_lock(&feature.slug).await;
        tracing::warn!(feature = %feature.slug, "the folder of sources was missing; it is filled again from the history");
        let written = match app.trail().files(&feature.slug, &record.commit).await {
            Ok(files) => {
                let (scratch, target) = (app.home().scratch(), app.home().crates().join(feature.slug.as_str()));
                let write = move || folder::write_new(&scratch, &target, &pipeline::bytes(&files));
                tokio::task::spawn_blocking(write)
                    .await
                    .map_err(|error| error.to_string())
                    .and_then(|done| done.map_err(|error| error.to_string()))
            }
            Err(error) => Err(error.to_string()),
        };
        if let Err(problem) = written {
            tracing::error!(feature = %feature.slug, problem, "a feature's folder could not be filled again");
        }
    }
    Ok(())
}

/// Fills a new home from a folder of crates; tells an old one what it does not have.
pub(crate) async fn offer(app: &Arc<App>) -> Result<(), StoreError> {
    let Some(from) = app.config().features_from.clone() else { return Ok(()) };
    let gate = app.workshop().found().await;
    let taken: BTreeSet<Slug> = app.store().taken_slugs().await?.into_iter().collect();
    let (crates, scratch) = (app.home().crates(), app.home().scratch());
    let new_home = taken.is_empty() && std::fs::read_dir(&crates).map_or(true, |mut entries| entries.next().is_none());
    let worked = tokio::task::spawn_blocking(move || {
        let found = folder::importable(&gate, &from);
        if !new_home {
            return found.into_keys().filter(|slug| !taken.contains(slug)).collect();
        }
        for (slug, folder) in found {
            let written = match folder::read(&gate, &folder) {
                Ok(files) => folder::write_new(&scratch, &crates.join(slug.as_str()), &files).map_err(|error| error.to_string()),
                Err(problem) => Err(problem.to_string()),
            };
            if let Err(problem) = written {
                tracing::warn!(feature = %slug, problem, "a crate could not be taken over");
            }
        }
        Vec::new()
    });
    if let Ok(offered) = worked.await {
        app.offer(offered);
    }
    Ok(())
}
