//! What is shown while somebody types: the recipe that fits, and what is wanted or there already.

use super::Problem;
use super::requests::show;
use crate::app::App;
use crate::guard::Caller;
use actix_web::web::{Data, Json, Query};
use kandra_store::Viewer;
use serde::Deserialize;
use serde_json::{Value, json};

const MOST: u32 = 3;
/// Longer texts are not what somebody types into a box.
const MAX_TEXT: usize = 2_000;

#[derive(Deserialize)]
pub(super) struct Typed {
    #[serde(alias = "q")]
    title: String,
    #[serde(default)]
    details: String,
}

pub(super) async fn suggest(app: Data<App>, caller: Caller, typed: Query<Typed>) -> Result<Json<Value>, Problem> {
    let bounded = |text: &str| text.chars().take(MAX_TEXT).collect::<String>();
    let (title, details) = (bounded(&typed.title), bounded(&typed.details));
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
