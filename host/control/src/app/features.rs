//! Features: rolled back, removed, paused, released; their source.

use super::{App, AppError};
use crate::{
    pipeline::{self, Data, Halt},
    supervisor,
};
use kandra_gate::Presence;
use kandra_model::{
    ArtifactHash, Cause, Feature, FeatureState, Limits, LiveCondition, Revision, RevisionRecord, RunId, Slug, Tier, Timestamp,
};
use kandra_store::{Mount, NewRun, Removal};
use kandra_wire::Command;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// What [`App::rollback`] did.
#[derive(Clone, Debug, serde::Serialize)]
pub struct RolledBack {
    /// The feature.
    pub feature: Slug,
    /// The revision that serves, or will.
    pub revision: Revision,
    /// The run, when the library had to be built again first.
    pub run: Option<RunId>,
    /// What happens to the data, in one sentence.
    pub data: String,
}

/// A revision with its source.
#[derive(Clone, Debug)]
pub struct FeatureSource {
    /// What is known of it.
    pub record: RevisionRecord,
    /// Path inside the crate to text.
    pub files: BTreeMap<String, String>,
}

impl App {
    /// The source of a revision; of the current one when none is named.
    pub async fn feature_source(&self, slug: &Slug, revision: Option<Revision>) -> Result<FeatureSource, AppError> {
        let revision = match revision {
            Some(revision) => revision,
            None => self.existing_feature(slug).await?.revision,
        };
        let record = self.revision(slug, revision).await?;
        let files = self.trail().files(slug, &record.commit).await?;
        Ok(FeatureSource { record, files })
    }

    /// Owner: points the feature at an existing revision, by its library. Its data stays.
    pub async fn rollback(self: &Arc<Self>, slug: &Slug, revision: Revision) -> Result<RolledBack, AppError> {
        self.roll_back(slug, revision, Data::Stays).await
    }

    /// Owner: the same with the SQL data of before the migration that followed that revision. What was written since then is
    /// lost to the feature, and kept beside its database.
    pub async fn rollback_with_data(self: &Arc<Self>, slug: &Slug, revision: Revision) -> Result<RolledBack, AppError> {
        self.roll_back(slug, revision, Data::GoesBack).await
    }

    async fn roll_back(self: &Arc<Self>, slug: &Slug, revision: Revision, goes: Data) -> Result<RolledBack, AppError> {
        self.refuse_when_stopping()?;
        let _feature = self.feature_lock(slug).await;
        let feature = self.existing_feature(slug).await?;
        let record = self.revision(slug, revision).await?;
        if feature.revision != revision {
            self.refuse_when_pinned(slug).await?;
        }
        let title = &record.presentation.title;
        let data = format!("The data of {title} stays as it is: revision {revision} reads what later revisions wrote.");
        let answer = |run| RolledBack { feature: slug.clone(), revision, run, data: data.clone() };
        if feature.revision == revision && feature.state == FeatureState::Live {
            return Ok(answer(None));
        }
        if feature.state != FeatureState::Removed {
            let paths = self.trail().hand_edits(slug).await?;
            if !paths.is_empty() {
                return Err(AppError::UncommittedEdit { feature: slug.clone(), paths });
            }
        }
        if let Some((artifact, tier)) = self.build_of(slug, revision).await? {
            // The files first: were the server to die in between, the watcher would go on in the same direction.
            self.trail().restore(slug, revision, &record.commit).await?;
            let mount = Mount { feature: slug.clone(), revision, artifact, tier, run: None };
            match pipeline::mount_with(self, None, &record, mount, goes).await {
                Ok((_, restored)) => {
                    if tier == Tier::Quick {
                        self.rebuilds().optimise(slug.clone());
                    }
                    let mut answer = answer(None);
                    if goes == Data::GoesBack {
                        answer.data = gone_back(title, slug, revision, restored);
                    }
                    return Ok(answer);
                }
                // Nothing else was asked for.
                Err(Halt::Refused { findings, .. }) if goes == Data::GoesBack => {
                    self.back_to_current(slug, &feature).await?;
                    let message = findings.into_iter().next().map(|finding| finding.message).unwrap_or_default();
                    return Err(AppError::Invalid { field: "with_data", message });
                }
                Err(halt) => {
                    tracing::warn!(feature = %slug, %revision, ?halt, "an earlier build could not be mounted");
                    self.back_to_current(slug, &feature).await?;
                }
            }
        }
        if goes == Data::GoesBack {
            let message = "its library has to be built again first; roll back without the data, or try again after that".to_owned();
            return Err(AppError::Invalid { field: "with_data", message });
        }
        let run = self.rebuild_for_rollback(&feature, revision).await?.ok_or_else(|| AppError::missing("source of revision", revision))?;
        Ok(answer(Some(run.id)))
    }

    /// The files of the revision that goes on serving.
    async fn back_to_current(&self, slug: &Slug, feature: &Feature) -> Result<(), AppError> {
        if feature.state != FeatureState::Removed {
            let current = self.revision(slug, feature.revision).await?;
            self.trail().restore(slug, feature.revision, &current.commit).await?;
        }
        Ok(())
    }

    /// The newest library of a revision that is there and whole.
    async fn build_of(&self, slug: &Slug, revision: Revision) -> Result<Option<(ArtifactHash, Tier)>, AppError> {
        let Some(gate) = self.workshop().gate() else { return Ok(None) };
        for build in self.store().artifacts_of(slug, revision).await? {
            let (gate, hash) = (gate.clone(), build.hash.clone());
            let looked = tokio::task::spawn_blocking(move || gate.presence(&hash)).await;
            if matches!(looked, Ok(Ok(Presence::Intact(_)))) {
                return Ok(Some((build.hash, build.tier)));
            }
        }
        Ok(None)
    }

    /// Owner: its routes and its folder go, its data and history stay.
    pub async fn remove_feature(self: &Arc<Self>, slug: &Slug) -> Result<RunId, AppError> {
        self.refuse_when_stopping()?;
        let lock = self.feature_lock(slug).await;
        let feature = self.existing_feature(slug).await?;
        if feature.state == FeatureState::Removed {
            return Err(AppError::FeatureState { feature: slug.clone(), state: feature.state, action: "removed" });
        }
        let paths = self.trail().hand_edits(slug).await?;
        if !paths.is_empty() {
            return Err(AppError::UncommittedEdit { feature: slug.clone(), paths });
        }
        let title = feature.presentation.title;
        let new = NewRun {
            cause: Cause::Deletion,
            feature: Some(slug.clone()),
            title,
            provenance: "by the owner".to_owned(),
            author: None,
            draft: None,
        };
        let run = self.store().start_run(new).await?;
        let message = format!("{slug}: remove");
        self.trail().remove(Removal { feature: slug.clone(), run: Some(run.id), message }).await?;
        drop(lock);
        pipeline::spawn(self, &run);
        // A removal takes milliseconds; whoever asked sees it done.
        let _ = tokio::time::timeout(Duration::from_secs(5), self.active().ended(run.id)).await;
        Ok(run.id)
    }

    /// Owner: every route answers 503 until it is resumed.
    pub async fn pause_feature(&self, slug: &Slug) -> Result<Feature, AppError> {
        let _feature = self.feature_lock(slug).await;
        let feature = self.existing_feature(slug).await?;
        if !matches!(feature.state, FeatureState::Live | FeatureState::Rebuilding) {
            return Err(AppError::FeatureState { feature: slug.clone(), state: feature.state, action: "paused" });
        }
        self.configure(slug, FeatureState::Paused, Some("The owner paused it.".to_owned())).await
    }

    /// Owner: a paused feature serves again, and so does a quarantined or unloaded one. When live runs without
    /// features because they kept crashing, all of them are loaded again.
    pub async fn resume_feature(self: &Arc<Self>, slug: &Slug) -> Result<Feature, AppError> {
        let _feature = self.feature_lock(slug).await;
        let feature = self.existing_feature(slug).await?;
        if self.live().state().condition == LiveCondition::SafeMode {
            self.leave_safe_mode();
            if feature.state == FeatureState::Live {
                return Ok(feature);
            }
        }
        match (feature.state, &feature.artifact) {
            (FeatureState::Paused, _) => self.configure(slug, FeatureState::Live, None).await,
            (FeatureState::Quarantined | FeatureState::NotMounted, Some(artifact)) => {
                let record = self.revision(slug, feature.revision).await?;
                let mount =
                    Mount { feature: slug.clone(), revision: feature.revision, artifact: artifact.clone(), tier: feature.tier, run: None };
                pipeline::load_and_mount(self, None, &record, mount).await.map_err(|halt| {
                    tracing::warn!(feature = %slug, ?halt, "a released feature could not be mounted");
                    AppError::LiveUnavailable
                })
            }
            (state, _) => Err(AppError::FeatureState { feature: slug.clone(), state, action: "resumed" }),
        }
    }

    /// Changes what a mounted feature may do, in the store and in live.
    async fn configure(&self, slug: &Slug, state: FeatureState, reason: Option<String>) -> Result<Feature, AppError> {
        let _guard = self.mounts().lock().await;
        let feature = self.store().set_feature_state(slug, state, reason).await?;
        self.tell_live(&feature).await;
        Ok(feature)
    }

    /// What a feature may use from now on, for the process that serves it; without a new mount.
    async fn tell_live(&self, feature: &Feature) {
        let settings = supervisor::settings(feature.state, &feature.limits);
        let command = Command::Configure { feature: feature.slug.clone(), settings };
        // A process that is not there is restored with what the store says now.
        if let Err(problem) = self.live().command(command, Duration::from_secs(2)).await {
            tracing::warn!(feature = %feature.slug, %problem, "live did not confirm new settings");
        }
    }

    /// Owner: the revision that serves stays, in this very build, until it is unpinned: newer ones wait as candidates.
    pub async fn pin_feature(&self, slug: &Slug) -> Result<Feature, AppError> {
        let _feature = self.feature_lock(slug).await;
        let feature = self.existing_feature(slug).await?;
        if !matches!(feature.state, FeatureState::Live | FeatureState::Paused) {
            return Err(AppError::FeatureState { feature: slug.clone(), state: feature.state, action: "pinned" });
        }
        Ok(self.store().set_pinned(slug, true).await?)
    }

    /// Owner: newer revisions may take its place again. Candidates go on waiting for approval.
    pub async fn unpin_feature(&self, slug: &Slug) -> Result<Feature, AppError> {
        let _feature = self.feature_lock(slug).await;
        let feature = self.store().set_pinned(slug, false).await?;
        if feature.tier == Tier::Quick {
            self.rebuilds().optimise(slug.clone());
        }
        Ok(feature)
    }

    /// A pinned revision is replaced by nobody.
    pub(crate) async fn refuse_when_pinned(&self, slug: &Slug) -> Result<(), AppError> {
        match self.store().feature(slug).await? {
            Some(feature) if feature.pinned => Err(AppError::Pinned { feature: slug.clone(), revision: feature.revision }),
            _ => Ok(()),
        }
    }

    /// Owner: these limits, and the defaults for all others. They hold at once, for the calls that begin from now on.
    pub async fn set_limits(&self, slug: &Slug, wanted: &BTreeMap<String, u64>) -> Result<Feature, AppError> {
        let limits = Limits::check(wanted).map_err(|error| AppError::Invalid { field: "limits", message: error.to_string() })?;
        let _feature = self.feature_lock(slug).await;
        let _guard = self.mounts().lock().await;
        let feature = self.store().set_limits(slug, limits).await?;
        if matches!(feature.state, FeatureState::Live | FeatureState::Rebuilding | FeatureState::Paused) {
            self.tell_live(&feature).await;
        }
        Ok(feature)
    }

    async fn existing_feature(&self, slug: &Slug) -> Result<Feature, AppError> {
        self.store().feature(slug).await?.ok_or_else(|| AppError::missing("feature", slug))
    }

    pub(crate) async fn revision(&self, slug: &Slug, revision: Revision) -> Result<RevisionRecord, AppError> {
        self.store().revision(slug, revision).await?.ok_or_else(|| AppError::missing("revision", format!("{revision} of {slug}")))
    }
}

/// What became of the data, for whoever rolled back.
fn gone_back(title: &str, slug: &Slug, revision: Revision, restored: Option<Timestamp>) -> String {
    match restored {
        Some(made) => format!(
            "The SQL data of {title} are those of {made}, before the migration that followed revision {revision}. What was written since \
             then is lost to it, and kept in features/{slug}.sql.undone.db; keys and values stay as they are."
        ),
        None => format!("No migration followed revision {revision}, so the data of {title} stay as they are."),
    }
}
