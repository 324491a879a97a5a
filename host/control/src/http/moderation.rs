//! What the owner does to requests.

use super::Problem;
use super::input::line;
use crate::app::App;
use crate::guard::Owner;
use actix_web::web::{Data, Json, Path};
use kandra_model::{Request, RequestId};
use serde::Deserialize;

pub(super) async fn start(app: Data<App>, _: Owner, id: Path<RequestId>) -> Result<Json<Request>, Problem> {
    Ok(Json(app.start_request(*id).await?))
}

pub(super) async fn hide(app: Data<App>, _: Owner, id: Path<RequestId>) -> Result<Json<Request>, Problem> {
    Ok(Json(app.hide_request(*id).await?))
}

pub(super) async fn show(app: Data<App>, _: Owner, id: Path<RequestId>) -> Result<Json<Request>, Problem> {
    Ok(Json(app.show_request(*id).await?))
}

/// Why.
#[derive(Deserialize)]
#[serde(expecting = "an object with a reason")]
pub(super) struct Reason {
    #[serde(default)]
    reason: String,
}

impl Reason {
    /// May be empty.
    pub(super) fn or_none(&self) -> Result<String, Problem> {
        if self.reason.trim().is_empty() { Ok(String::new()) } else { line("reason", &self.reason, 300) }
    }
}

pub(super) async fn decline(app: Data<App>, _: Owner, id: Path<RequestId>, body: Json<Reason>) -> Result<Json<Request>, Problem> {
    let reason = line("reason", &body.reason, 300)?;
    Ok(Json(app.decline_request(*id, &reason).await?))
}

/// The request that takes it in.
#[derive(Deserialize)]
#[serde(expecting = "an object with the id of another request")]
pub(super) struct Into {
    into: RequestId,
}

pub(super) async fn merge(app: Data<App>, _: Owner, id: Path<RequestId>, body: Json<Into>) -> Result<Json<Request>, Problem> {
    Ok(Json(app.merge_request(*id, body.into).await?))
}
