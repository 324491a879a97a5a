//! Runs: listed, shown, cancelled.

use super::Problem;
use super::input::{Paging, next, states};
use crate::app::{App, AppError};
use crate::guard::Write;
use actix_web::web::{Data, Json, Path, Query};
use kandra_model::{RequestId, Run, RunId, Slug};
use kandra_store::RunQuery;
use serde::Deserialize;
use serde_json::{Value, json};

/// What a list of runs can be narrowed to.
#[derive(Deserialize)]
pub(super) struct Filter {
    state: Option<String>,
    feature: Option<Slug>,
    request: Option<RequestId>,
}

pub(super) async fn list(app: Data<App>, filter: Query<Filter>, paging: Query<Paging>) -> Result<Json<Value>, Problem> {
    let query = RunQuery {
        states: states(filter.state.as_deref(), |name| serde_json::from_value(json!(name)).ok())?,
        feature: filter.feature.clone(),
        request: filter.request,
        limit: paging.limit(20),
        after: paging.after()?,
    };
    let page = app.store().runs(query).await?;
    Ok(Json(json!({ "runs": page.items, "next": next(page.next) })))
}

pub(super) async fn one(app: Data<App>, id: Path<RunId>) -> Result<Json<Run>, Problem> {
    Ok(Json(app.store().run(*id).await?.ok_or_else(|| AppError::missing("run", *id))?))
}

pub(super) async fn cancel(app: Data<App>, write: Write<()>, id: Path<RunId>) -> Result<Json<Run>, Problem> {
    Ok(Json(app.cancel_run(&write.caller.actor, *id).await?))
}
