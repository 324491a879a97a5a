//! Revisions that passed the gates and wait for the owner.

use super::Problem;
use super::input::{Paging, next};
use super::moderation::Reason;
use crate::app::{App, AppError};
use crate::guard::Owner;
use actix_web::web::{Data, Json, Path, Query};
use kandra_model::{FeatureState, Run, RunId, RunState};
use kandra_store::{Draft, Files, RunQuery, SourceDiff};
use serde_json::{Value, json};

pub(super) async fn list(app: Data<App>, _: Owner, paging: Query<Paging>) -> Result<Json<Value>, Problem> {
    let query = RunQuery { states: vec![RunState::Waiting], limit: paging.limit(20), after: paging.after()?, ..RunQuery::default() };
    let page = app.store().runs(query).await?;
    let mut candidates = Vec::new();
    for run in page.items {
        let draft = app.store().draft(run.id).await?;
        candidates.push(shown(&app, &run, draft.as_ref()).await?);
    }
    Ok(Json(json!({ "candidates": candidates, "next": next(page.next) })))
}

pub(super) async fn one(app: Data<App>, _: Owner, id: Path<RunId>) -> Result<Json<Value>, Problem> {
    let run = app.store().run(*id).await?.filter(|run| run.state == RunState::Waiting);
    let run = run.ok_or_else(|| AppError::missing("candidate", *id))?;
    let draft = app.store().draft(run.id).await?.ok_or_else(|| AppError::missing("candidate", *id))?;
    let diff = SourceDiff::between(&current_files(&app, &draft).await?, &draft.files);
    let mut shown = shown(&app, &run, Some(&draft)).await?;
    shown["files"] = json!(draft.files);
    shown["diff"] = json!(diff);
    Ok(Json(shown))
}

pub(super) async fn approve(app: Data<App>, _: Owner, id: Path<RunId>) -> Result<Json<Run>, Problem> {
    Ok(Json(app.approve(*id).await?))
}

pub(super) async fn reject(app: Data<App>, _: Owner, id: Path<RunId>, body: Option<Json<Reason>>) -> Result<Json<Run>, Problem> {
    let reason = body.map(|body| body.or_none()).transpose()?.unwrap_or_default();
    Ok(Json(app.reject(*id, &reason).await?))
}

/// A run with what its draft says of itself.
async fn shown(app: &App, run: &Run, draft: Option<&Draft>) -> Result<Value, Problem> {
    let title = app.store().run_title_and_author(run.id).await?.map(|(title, _)| title);
    let mut shown = json!(run);
    shown["title"] = json!(title);
    shown["message"] = json!(draft.map(|draft| &draft.message));
    shown["base_revision"] = json!(draft.and_then(|draft| draft.base_revision));
    Ok(shown)
}

/// What would be replaced; nothing for a new feature.
async fn current_files(app: &App, draft: &Draft) -> Result<Files, Problem> {
    match app.store().feature(&draft.slug).await? {
        Some(feature) if feature.state != FeatureState::Removed => Ok(app.feature_source(&draft.slug, Some(feature.revision)).await?.files),
        _ => Ok(Files::new()),
    }
}
