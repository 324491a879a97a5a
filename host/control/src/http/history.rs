//! A feature's past: revisions, differences, log lines.

use super::Problem;
use super::features::existing;
use super::input::{Paging, next};
use crate::app::{App, AppError};
use actix_web::web::{Data, Json, Path, Query};
use kandra_model::{Revision, RevisionRecord, Slug};
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) async fn revisions(app: Data<App>, slug: Path<Slug>, paging: Query<Paging>) -> Result<Json<Value>, Problem> {
    existing(&app, &slug).await?;
    let page = app.store().revisions(&slug, paging.limit(50), paging.after()?).await?;
    Ok(Json(json!({ "revisions": page.items, "next": next(page.next) })))
}

#[derive(Deserialize)]
pub(super) struct Between {
    from: Option<Revision>,
    to: Option<Revision>,
}

pub(super) async fn diff(app: Data<App>, slug: Path<Slug>, between: Query<Between>) -> Result<Json<Value>, Problem> {
    let to = match between.to {
        Some(to) => to,
        None => existing(&app, &slug).await?.revision,
    };
    // The first revision is compared with nothing.
    let from = between.from.or_else(|| to.0.checked_sub(1).filter(|from| *from > 0).map(Revision));
    let new = record(&app, &slug, to).await?;
    let old = match from {
        Some(from) => Some(record(&app, &slug, from).await?.commit),
        None => None,
    };
    let diff = app.trail().diff(&slug, old, &new.commit).await?;
    Ok(Json(json!({ "from": from, "to": to, "files": diff.files, "text": diff.text(), "truncated": diff.truncated })))
}

async fn record(app: &App, slug: &Slug, revision: Revision) -> Result<RevisionRecord, Problem> {
    let found = app.store().revision(slug, revision).await?;
    Ok(found.ok_or_else(|| AppError::missing("revision", format!("{revision} of {slug}")))?)
}

#[derive(Deserialize)]
pub(super) struct Lines {
    limit: Option<usize>,
}

pub(super) async fn logs(app: Data<App>, slug: Path<Slug>, lines: Query<Lines>) -> Result<Json<Value>, Problem> {
    existing(&app, &slug).await?;
    let lines = app.feature_logs(&slug, lines.limit.unwrap_or(200).clamp(1, 1_000)).await?;
    Ok(Json(json!({ "logs": lines, "next": null })))
}
