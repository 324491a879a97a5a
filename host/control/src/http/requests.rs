//! Requests: listed, asked, changed, taken back, voted for.

use super::Problem;
use super::input::{Paging, next, states};
use crate::app::{App, AppError, RequestText};
use crate::guard::{Caller, Write};
use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, Query};
use kandra_model::{Request, RequestId, RequestState, Slug};
use kandra_store::{RequestOrder, RequestQuery, Viewer};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const NEEDS_MODEL: &str = "No recipe fits these words; it waits for a model, which the owner can configure with a key.";

const NEEDS_MODEL_TO_REPAIR: &str = "A model can repair this; the owner can configure one with a key, or repair it by hand.";

/// A request, and what it is to whoever asks.
#[derive(Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    request: Request,
    /// Whether the caller has voted for it.
    voted: bool,
    /// Whether the caller asked for it.
    own: bool,
}

/// Requests as this caller sees them, in the same order.
pub(super) async fn show(app: &App, caller: &Caller, requests: Vec<Request>) -> Result<Vec<Shown>, Problem> {
    let ids: Vec<_> = requests.iter().map(|request| request.id).collect();
    let voted = app.store().voted(&caller.voter, ids.clone()).await?;
    let own = app.store().authored(&caller.voter, ids).await?;
    let with_reason = |mut request: Request| {
        // The one state that a request can be in from the start and that needs explaining.
        if request.state == RequestState::NeedsModel && request.reason.is_none() {
            let reason = if request.repairs.is_some() { NEEDS_MODEL_TO_REPAIR } else { NEEDS_MODEL };
            request.reason = Some(reason.to_owned());
        }
        request
    };
    let shown =
        |request: Request| Shown { voted: voted.contains(&request.id), own: own.contains(&request.id), request: with_reason(request) };
    Ok(requests.into_iter().map(shown).collect())
}

async fn show_one(app: &App, caller: &Caller, request: Request) -> Result<Json<Shown>, Problem> {
    let mut shown = show(app, caller, vec![request]).await?;
    Ok(Json(shown.remove(0)))
}

pub(super) fn viewer(caller: &Caller) -> Viewer {
    if caller.is_owner() { Viewer::Owner } else { Viewer::Public }
}

/// What a list of requests can be narrowed to.
#[derive(Deserialize)]
pub(super) struct Filter {
    state: Option<String>,
    #[serde(default)]
    order: Order,
    feature: Option<Slug>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Order {
    #[default]
    Votes,
    Oldest,
    Newest,
}

impl From<Order> for RequestOrder {
    fn from(order: Order) -> Self {
        match order {
            Order::Votes => Self::Votes,
            Order::Oldest => Self::Oldest,
            Order::Newest => Self::Newest,
        }
    }
}

pub(super) async fn list(app: Data<App>, caller: Caller, filter: Query<Filter>, paging: Query<Paging>) -> Result<Json<Value>, Problem> {
    let query = RequestQuery {
        states: states(filter.state.as_deref(), RequestState::from_name)?,
        order: filter.order.into(),
        viewer: viewer(&caller),
        feature: filter.feature.clone(),
        limit: paging.limit(50),
        after: paging.after()?,
    };
    let page = app.store().requests(query).await?;
    let cursor = next(page.next);
    Ok(Json(json!({ "requests": show(&app, &caller, page.items).await?, "next": cursor })))
}

/// What a visitor writes.
#[derive(Deserialize)]
#[serde(expecting = "an object with a title")]
pub(super) struct Text {
    title: String,
    #[serde(default)]
    details: String,
}

impl Text {
    fn checked(&self) -> Result<RequestText, AppError> {
        RequestText::new(&self.title, &self.details)
    }
}

pub(super) async fn create(app: Data<App>, write: Write<Json<Text>>) -> Result<HttpResponse, Problem> {
    let Write { caller, body } = write;
    let request = app.submit_request(&caller.actor, &caller.voter, body.checked()?).await?;
    let location = format!("/api/requests/{}", request.id);
    let Json(shown) = show_one(&app, &caller, request).await?;
    Ok(HttpResponse::Created().insert_header(("Location", location)).json(shown))
}

pub(super) async fn one(app: Data<App>, caller: Caller, id: Path<RequestId>) -> Result<Json<Shown>, Problem> {
    let request = app.store().request(*id, viewer(&caller)).await?;
    show_one(&app, &caller, request.ok_or_else(|| AppError::missing("request", *id))?).await
}

pub(super) async fn edit(app: Data<App>, write: Write<Json<Text>>, id: Path<RequestId>) -> Result<Json<Shown>, Problem> {
    let request = app.edit_request(&write.caller.actor, *id, write.body.checked()?).await?;
    show_one(&app, &write.caller, request).await
}

pub(super) async fn withdraw(app: Data<App>, write: Write<()>, id: Path<RequestId>) -> Result<Json<Shown>, Problem> {
    let request = app.withdraw_request(&write.caller.actor, *id).await?;
    show_one(&app, &write.caller, request).await
}

pub(super) async fn vote(app: Data<App>, write: Write<()>, id: Path<RequestId>) -> Result<Json<Shown>, Problem> {
    let request = app.vote(&write.caller.voter, *id).await?;
    show_one(&app, &write.caller, request).await
}

pub(super) async fn unvote(app: Data<App>, write: Write<()>, id: Path<RequestId>) -> Result<Json<Shown>, Problem> {
    let request = app.unvote(&write.caller.voter, *id).await?;
    show_one(&app, &write.caller, request).await
}
