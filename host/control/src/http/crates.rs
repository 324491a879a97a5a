//! Which crates features may use; the owner adds to them.

use super::Problem;
use crate::app::{App, Crates};
use crate::guard::Owner;
use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, Query};
use kandra_gate::Wish;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) async fn list(app: Data<App>) -> Json<Value> {
    let Crates { crates, adding, shelf } = app.crates();
    Json(json!({ "crates": crates, "adding": adding, "shelf": shelf, "next": null }))
}

/// A crate to look at, or the word that agrees to a report.
#[derive(Deserialize)]
#[serde(expecting = "an object with a name, or with confirm")]
pub(super) struct Asked {
    name: Option<String>,
    version: Option<String>,
    #[serde(default)]
    features: Vec<String>,
    default_features: Option<bool>,
    confirm: Option<String>,
}

/// Whether only to look.
#[derive(Deserialize)]
pub(super) struct Look {
    #[serde(default)]
    dry_run: bool,
}

pub(super) async fn add(app: Data<App>, _: Owner, look: Query<Look>, body: Json<Asked>) -> Result<HttpResponse, Problem> {
    let Asked { name, version, features, default_features, confirm } = body.into_inner();
    match (name, confirm) {
        (Some(name), None) => {
            let wish = Wish { name, version, features, default_features: default_features.unwrap_or(true) };
            let mut answer = app.consider_crate(wish).await?;
            if look.dry_run {
                answer.confirm = None;
            }
            Ok(HttpResponse::Ok().json(answer))
        }
        (None, Some(word)) => {
            let adding = app.into_inner().add_crate(&word)?;
            Ok(HttpResponse::Accepted().json(json!({ "adding": adding })))
        }
        _ => Err(Problem::invalid("name", "send the name of a crate to look at, or the word of a report to confirm")),
    }
}

pub(super) async fn remove(app: Data<App>, _: Owner, name: Path<String>) -> Result<Json<Value>, Problem> {
    app.into_inner().remove_crate(&name).await?;
    Ok(Json(json!({ "removed": *name })))
}
