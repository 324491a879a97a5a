//! What is shown while somebody types: the recipe that fits, and what is wanted or there already.

use super::Problem;
use super::requests::show;
use crate::app::App;
use crate::guard::Caller;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json, Query};
use kandra_store::Viewer;
use serde::Deserialize;
use serde_json::{Value, json};

const MOST: u32 = 3;
/// The most characters of what somebody types; a title that is still being cut down may be longer than a request's.
const MAX_TITLE: usize = 200;
const MAX_DETAILS: usize = 2_000;
/// What is read of the details, as much as the page sends: anybody may ask, with every letter.
const READ_DETAILS: usize = 500;

#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(alias = "q")]
    title: String,
    #[serde(default)]
    details: String,
}

pub(super) async fn suggest(app: Data<App>, caller: Caller, typed: Query<Typed>) -> Result<Json<Value>, Problem> {
    let Typed { title, details } = typed.into_inner();
    for (text, name, most) in [(&title, "title", MAX_TITLE), (&details, "details", MAX_DETAILS)] {
        if text.chars().nth(most).is_some() {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "too_long", format!("Send at most {most} characters as {name}.")));
        }
    }
    let details: String = details.chars().take(READ_DETAILS).collect();
    let fit = app.fit(&title, &details).map(|fit| json!({ "recipe": fit.recipe, "title": fit.title, "summary": fit.summary }));
    let mut requests = Vec::new();
    for similar in app.store().similar_requests(&title, MOST).await? {
        requests.extend(app.store().request(similar.request, Viewer::Public).await?);
    }
    let mut features = Vec::new();
    for similar in app.store().similar_features(&title, MOST).await? {
        if let Some(feature) = app.store().feature(&similar.slug).await? {
            features.push(json!({ "slug": feature.slug, "title": feature.presentation.title, "summary": feature.presentation.summary, "state": feature.state }));
        }
    }
    Ok(Json(json!({ "fit": fit, "requests": show(&app, &caller, requests).await?, "features": features })))
}
