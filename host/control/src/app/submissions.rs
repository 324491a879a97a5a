//! Crates that somebody sends: kept and run, or only tried.

use super::{App, AppError, internal};
use crate::pipeline::{self, Admission, Halt, Kind, Pass, Rank, Urgency};
use kandra_gate::StageFailure;
use kandra_model::{Cause, Contract, FeatureState, Finding, Origin, Presentation, Revision, RouteSpec, RunId, Slug, Tier};
use kandra_store::{Actor, Draft, NewRun, SourceDiff};
use std::{collections::BTreeMap, sync::Arc};

/// Submissions that may be at work at once.
const MAX_AT_WORK: usize = 16;

/// A crate that somebody sends.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Path inside the crate to text.
    pub files: BTreeMap<String, String>,
    /// The revision that it was made from; `None` for a new feature.
    pub base_revision: Option<Revision>,
    /// One line; cut at 200 characters.
    pub message: String,
}

/// What the gates saw of a crate that passed them.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Tried {
    /// Its name.
    pub feature: Slug,
    /// What it mounts.
    pub routes: Vec<RouteSpec>,
    /// What it says for people.
    pub presentation: Presentation,
    /// Its contract, which it kept.
    pub contract: Contract,
    /// What its author should know.
    pub warnings: Vec<Finding>,
}

impl App {
    /// Takes a crate in; its run is durable when this returns.
    ///
    /// # Errors
    /// [`AppError::Stale`] when the feature exists and `base_revision` is not its current one; [`AppError::Invalid`]
    /// when there never was such a revision; [`AppError::Refused`]
    /// when the files are no crate at all; [`AppError::UncommittedEdit`] when it would overwrite a hand edit.
    pub async fn submit_feature(self: &Arc<Self>, actor: &Actor, submission: Submission) -> Result<RunId, AppError> {
        self.refuse_when_stopping()?;
        let feature = self.slug_of(&submission).await?;
        let author = match actor {
            Actor::Owner => None,
            Actor::Visitor(visitor) => Some(visitor.clone()),
        };
        // Kept until the run is at work.
        let _place = match author {
            Some(_) => Some(self.place()?),
            None => None,
        };
        let _feature = self.feature_lock(&feature).await;
        let existing = self.store().feature(&feature).await?.filter(|feature| feature.state != FeatureState::Removed);
        if let Some(base) = submission.base_revision {
            self.refuse_unknown_base(&feature, base).await?;
        }
        match &existing {
            Some(existing) if submission.base_revision != Some(existing.revision) => {
                return Err(self.stale(&feature, submission.base_revision, existing.revision).await?);
            }
            Some(_) => {
                let paths = self.trail().hand_edits(&feature).await?;
                if !paths.is_empty() {
                    return Err(AppError::UncommittedEdit { feature, paths });
                }
            }
            None => {}
        }
        let message = pipeline::one_line(&submission.message, 200);
        let draft = Draft {
            slug: feature.clone(),
            files: submission.files,
            message: if message.is_empty() { format!("{feature}: submitted") } else { message },
            origin: Origin::Submission,
            base_revision: submission.base_revision,
        };
        let title = existing.map_or_else(|| feature.to_string(), |existing| existing.presentation.title);
        let new = NewRun {
            cause: Cause::Submission,
            feature: Some(feature),
            title,
            provenance: "submitted".to_owned(),
            author,
            draft: Some(draft),
        };
        let run = self.store().start_run(new).await?;
        pipeline::spawn(self, &run);
        Ok(run.id)
    }

    /// Tries a crate through the gates up to the probe; nothing is kept.
    pub async fn try_feature(self: &Arc<Self>, submission: Submission) -> Result<Tried, AppError> {
        self.refuse_when_stopping()?;
        let feature = self.slug_of(&submission).await?;
        let place = self.place()?;
        if !self.workshop().status().finished {
            return Err(AppError::NotReady("its one-time build is still running".to_owned()));
        }
        let Some(ticket) = self.active().enter(RunId::generate(), Urgency::Foreground) else { return Err(AppError::Stopping) };
        drop(place);
        let rank = Rank::Asked(Kind::Submission);
        let pass = Pass { app: self, ticket: &ticket, stages: None, attempt: 1, rank, tier: Tier::Quick, slug: Some(&feature) };
        match pass.run(pipeline::bytes(&submission.files)).await {
            Ok(passed) => Ok(Tried {
                feature,
                routes: passed.artifact.routes().to_vec(),
                presentation: passed.artifact.presentation().clone(),
                contract: passed.artifact.contract().clone(),
                warnings: passed.artifact.warnings().to_vec(),
            }),
            Err(Halt::Refused { findings, .. }) => Err(AppError::Refused(findings)),
            Err(Halt::Stopped(_)) => Err(AppError::Stopping),
            Err(Halt::Failed { sentence, .. }) => Err(AppError::NotReady(sentence)),
            Err(halt) => Err(internal(format!("{halt:?}"))),
        }
    }

    fn place(&self) -> Result<Admission, AppError> {
        self.active().admit(MAX_AT_WORK).ok_or(AppError::TooMany("many submissions are being checked; send it again in a minute"))
    }

    /// The feature that a crate says it is.
    async fn slug_of(&self, submission: &Submission) -> Result<Slug, AppError> {
        let Some(gate) = self.workshop().gate() else {
            let why = self.workshop().status().failure.unwrap_or_else(|| "it is starting".to_owned());
            return Err(AppError::NotReady(why));
        };
        let files = pipeline::bytes(&submission.files);
        let checked = tokio::task::spawn_blocking(move || gate.source(files)).await.map_err(internal)?;
        let source = checked.map_err(|failure| match failure {
            StageFailure::Refused(findings) => AppError::Refused(findings),
            StageFailure::Failed(error) => internal(error),
            StageFailure::Cancelled => AppError::Stopping,
        })?;
        let refused =
            |message: String, hint: &str| AppError::Refused(vec![Finding::error("source/slug", message).hint(hint).file("Cargo.toml")]);
        let slug: Slug = source.slug().parse().map_err(|error: kandra_model::IdError| refused(error.to_string(), ""))?;
        let taken = self.store().taken_slugs().await?;
        match taken.iter().find(|taken| taken.looks_like(&slug)) {
            // One that is there already keeps its name.
            Some(other) if !taken.contains(&slug) => Err(refused(
                format!("the slug {slug} differs from the feature {other} only by characters that look alike"),
                "Choose another name.",
            )),
            _ => Ok(slug),
        }
    }

    /// A base that never was is a slip; a diff of everything would not say so.
    pub(crate) async fn refuse_unknown_base(&self, feature: &Slug, base: Revision) -> Result<(), AppError> {
        if self.store().revision(feature, base).await?.is_some() {
            return Ok(());
        }
        let newest = self.store().revisions(feature, 1, None).await?.items.first().map(|record| record.revision);
        let message = match newest {
            Some(newest) => format!("there is no revision {base} of {feature}; the newest is {newest}"),
            None => format!("there is no revision {base} of {feature}, which is new; leave it out"),
        };
        Err(AppError::Invalid { field: "base_revision", message })
    }

    /// The refusal of a submission on top of an old revision, with what changed since.
    async fn stale(&self, feature: &Slug, base: Option<Revision>, current: Revision) -> Result<AppError, AppError> {
        let now = self.store().revision(feature, current).await?.ok_or_else(|| AppError::missing("revision", current))?;
        let before = match base {
            Some(base) => self.store().revision(feature, base).await?.map(|record| record.commit),
            None => None,
        };
        let diff = self.trail().diff(feature, before, &now.commit).await?;
        Ok(AppError::Stale { feature: feature.clone(), current, diff: SourceDiff::text(&diff) })
    }
}
