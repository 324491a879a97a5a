//! Health, version, status, challenges, visitors' tokens, allowed crates.

use super::Problem;
use crate::app::{App, Status};
use crate::guard::{Challenge, Guard, Timely};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use kandra_model::Slug;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) async fn healthz() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

pub(super) async fn readyz(app: Data<App>) -> Result<Json<Value>, Problem> {
    app.store().ping().await?;
    let status = app.status().await?;
    if status.ready && !status.stopping {
        Ok(Json(json!({ "status": "ready" })))
    } else {
        let why = if status.stopping {
            "The server is stopping; try again when it is back."
        } else {
            "The server is starting; try again in a moment."
        };
        Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", why))
    }
}

pub(super) async fn version() -> Json<Value> {
    Json(json!({ "name": "kandra", "version": env!("CARGO_PKG_VERSION"), "wire": kandra_wire::WIRE_VERSION }))
}

pub(super) async fn status(app: Data<App>) -> Result<Json<Status>, Problem> {
    Ok(Json(app.status().await?))
}

pub(super) async fn challenge(guard: Data<Guard>) -> Json<Challenge> {
    Json(guard.challenge())
}

/// What a browser keeps, and for which features it wants a name.
#[derive(Deserialize)]
#[serde(expecting = "an object with a key and features")]
pub(super) struct Visitor {
    key: String,
    features: Vec<Slug>,
}

pub(super) async fn visitor(app: Data<App>, Timely(body): Timely<Json<Visitor>>) -> Result<Json<Value>, Problem> {
    let Visitor { key, features } = body.into_inner();
    if !(16..=64).contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Problem::invalid("key", "must be 16 to 64 letters and digits"));
    }
    if features.len() > 100 {
        return Err(Problem::invalid("features", "must be at most 100"));
    }
    let tokens: BTreeMap<String, String> = features.iter().map(|feature| (feature.to_string(), app.visitor_token(feature, &key))).collect();
    Ok(Json(json!({ "tokens": tokens })))
}
