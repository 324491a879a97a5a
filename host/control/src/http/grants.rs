//! Which hosts a feature may call, and the secrets that are sent there.

use super::Problem;
use crate::app::{App, Grants};
use crate::guard::Owner;
use crate::outgoing::SecretRecord;
use actix_web::web::{Data, Json, Path};
use kandra_model::{HostName, Slug};
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) async fn show(app: Data<App>, _: Owner, slug: Path<Slug>) -> Result<Json<Grants>, Problem> {
    Ok(Json(app.grants(&slug).await?))
}

/// All hosts.
#[derive(Deserialize)]
#[serde(expecting = "an object with hosts")]
pub(super) struct Hosts {
    hosts: Vec<HostName>,
}

pub(super) async fn set(app: Data<App>, _: Owner, slug: Path<Slug>, body: Json<Hosts>) -> Result<Json<Grants>, Problem> {
    Ok(Json(app.set_grants(&slug, body.into_inner().hosts).await?))
}

/// One host.
#[derive(Deserialize)]
#[serde(expecting = "an object with a host")]
pub(super) struct One {
    host: HostName,
}

pub(super) async fn grant(app: Data<App>, _: Owner, slug: Path<Slug>, body: Json<One>) -> Result<Json<Grants>, Problem> {
    Ok(Json(app.grant(&slug, body.into_inner().host).await?))
}

pub(super) async fn revoke(app: Data<App>, _: Owner, path: Path<(Slug, HostName)>) -> Result<Json<Grants>, Problem> {
    let (slug, host) = path.into_inner();
    Ok(Json(app.revoke(&slug, host).await?))
}

pub(super) async fn secrets(app: Data<App>, _: Owner) -> Json<Value> {
    Json(json!({ "secrets": app.list_secrets(), "next": null }))
}

/// A secret. It is not shown back.
#[derive(Deserialize)]
#[serde(expecting = "an object with value and hosts")]
pub(super) struct Secret {
    value: String,
    hosts: Vec<HostName>,
}

pub(super) async fn set_secret(app: Data<App>, _: Owner, name: Path<String>, body: Json<Secret>) -> Result<Json<SecretRecord>, Problem> {
    let Secret { value, hosts } = body.into_inner();
    Ok(Json(app.set_secret(&name, value, hosts).await?))
}

pub(super) async fn remove_secret(app: Data<App>, _: Owner, name: Path<String>) -> Result<Json<Value>, Problem> {
    app.remove_secret(&name).await?;
    Ok(Json(json!({ "removed": *name })))
}
