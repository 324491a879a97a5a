//! Features: listed, shown, submitted, and what the owner does to them.

use super::Problem;
use super::input::{Host, Paging, next, states};
use super::live::FeatureCalls;
use crate::app::{App, AppError, RolledBack, Submission};
use crate::guard::{Guard, Owner, Write};
use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, Query};
use kandra_model::{Feature, FeatureState, Limit, Limits, Revision, Slug};
use kandra_store::{FeatureQuery, Files};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A feature as the API shows it.
#[derive(Serialize)]
pub(super) struct Shown {
    slug: Slug,
    title: String,
    summary: String,
    icon: String,
    /// CSS pixels that its widget reserves.
    height: u32,
    widget: bool,
    /// Absolute; its routes are below it.
    url: String,
    state: FeatureState,
    reason: Option<String>,
    revision: Revision,
    tier: kandra_model::Tier,
    /// The process that serves it.
    process: &'static str,
    routes: Vec<kandra_model::RouteSpec>,
    capabilities: Vec<String>,
    hosts: Vec<String>,
    /// Features that it calls.
    calls: Vec<String>,
    /// What it may use: each with its value, default and bounds.
    limits: BTreeMap<&'static str, ShownLimit>,
    /// Whether its revision is pinned.
    pinned: bool,
    origin: kandra_model::Origin,
    request: Option<kandra_model::RequestId>,
    artifact: Option<kandra_model::ArtifactHash>,
    /// What live counted since it mounted the feature; `null` while it does not answer.
    statistics: Option<FeatureCalls>,
    created_at: kandra_model::Timestamp,
    updated_at: kandra_model::Timestamp,
}

/// One limit as the API shows it.
#[derive(Serialize)]
struct ShownLimit {
    value: u64,
    default: u64,
    least: u64,
    most: u64,
    /// Whether the owner has set it.
    set: bool,
}

fn limits(limits: &Limits) -> BTreeMap<&'static str, ShownLimit> {
    let shown = |limit: Limit| {
        let ((least, most), default, value) = (limit.bounds(), limit.default_value(), limits.get(limit));
        (limit.as_str(), ShownLimit { value, default, least, most, set: value != default })
    };
    Limit::ALL.into_iter().map(shown).collect()
}

fn shown(app: &App, guard: &Guard, host: &Host, feature: Feature, calls: Option<&FeatureCalls>) -> Shown {
    let presentation = feature.presentation;
    Shown {
        url: guard.names().feature_url(host.as_str(), &feature.slug),
        statistics: calls.map(|calls| calls.clone().with_faults(app.live().faults(&feature.slug))),
        slug: feature.slug,
        title: presentation.title,
        summary: presentation.summary,
        icon: presentation.icon,
        height: presentation.height.pixels(),
        widget: presentation.widget,
        state: feature.state,
        reason: feature.reason,
        revision: feature.revision,
        tier: feature.tier,
        process: "main",
        routes: feature.routes,
        capabilities: presentation.capabilities,
        hosts: presentation.hosts,
        calls: presentation.calls,
        limits: limits(&feature.limits),
        pinned: feature.pinned,
        origin: feature.origin,
        request: feature.request,
        artifact: feature.artifact,
        created_at: feature.created_at,
        updated_at: feature.updated_at,
    }
}

#[derive(Deserialize)]
pub(super) struct Filter {
    state: Option<String>,
}

pub(super) async fn list(
    app: Data<App>,
    guard: Data<Guard>,
    host: Host,
    filter: Query<Filter>,
    paging: Query<Paging>,
) -> Result<Json<Value>, Problem> {
    let states = states(filter.state.as_deref(), FeatureState::from_name)?;
    let page = app.store().features(FeatureQuery { states, limit: paging.limit(50), after: paging.after()? }).await?;
    let report = app.live_report().await.ok();
    let features: Vec<_> = page
        .items
        .into_iter()
        .map(|feature| {
            let calls = report.as_ref().map(|report| FeatureCalls::of(report, &feature.slug));
            shown(&app, &guard, &host, feature, calls.as_ref())
        })
        .collect();
    Ok(Json(json!({ "features": features, "next": next(page.next) })))
}

pub(super) async fn one(app: Data<App>, guard: Data<Guard>, host: Host, slug: Path<Slug>) -> Result<Json<Value>, Problem> {
    let feature = existing(&app, &slug).await?;
    let source = app.feature_source(&slug, Some(feature.revision)).await?;
    let calls = app.live_report().await.ok().map(|report| FeatureCalls::of(&report, &slug));
    let mut value = json!(shown(&app, &guard, &host, feature, calls.as_ref()));
    value["commit"] = json!(source.record.commit);
    value["message"] = json!(source.record.message);
    value["run"] = json!(source.record.run);
    value["granted"] = json!(app.store().grants(&slug).await?);
    value["contract"] = json!(source.files.get("contract.toml"));
    value["source"] = json!(source.files);
    Ok(Json(value))
}

pub(super) async fn existing(app: &App, slug: &Slug) -> Result<Feature, Problem> {
    Ok(app.store().feature(slug).await?.ok_or_else(|| AppError::missing("feature", slug))?)
}

/// A crate as JSON.
#[derive(Deserialize)]
#[serde(expecting = "an object with files")]
pub(super) struct Sent {
    files: Files,
    base_revision: Option<Revision>,
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
pub(super) struct Mode {
    #[serde(default)]
    dry_run: bool,
}

pub(super) async fn submit(app: Data<App>, write: Write<Json<Sent>>, mode: Query<Mode>) -> Result<HttpResponse, Problem> {
    let Sent { files, base_revision, message } = write.body.into_inner();
    let submission = Submission { files, base_revision, message };
    if mode.dry_run {
        return Ok(HttpResponse::Ok().json(app.try_feature(submission).await?));
    }
    let run = app.submit_feature(&write.caller.actor, submission).await?;
    Ok(HttpResponse::Accepted().insert_header(("Location", format!("/api/runs/{run}"))).json(json!({ "run": run })))
}

pub(super) async fn widget(app: Data<App>, guard: Data<Guard>, host: Host, slug: Path<Slug>) -> Result<HttpResponse, Problem> {
    let feature = existing(&app, &slug).await?;
    let url = format!("{}/widget", guard.names().feature_url(host.as_str(), &feature.slug));
    Ok(HttpResponse::TemporaryRedirect().insert_header(("Location", url)).finish())
}

#[derive(Deserialize)]
#[serde(expecting = "an object with a revision")]
pub(super) struct Target {
    revision: Revision,
    #[serde(default)]
    with_data: bool,
}

pub(super) async fn rollback(app: Data<App>, _: Owner, slug: Path<Slug>, body: Json<Target>) -> Result<Json<RolledBack>, Problem> {
    let Target { revision, with_data } = body.into_inner();
    Ok(Json(if with_data { app.rollback_with_data(&slug, revision).await? } else { app.rollback(&slug, revision).await? }))
}

pub(super) async fn remove(app: Data<App>, _: Owner, slug: Path<Slug>) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "run": app.remove_feature(&slug).await? })))
}

pub(super) async fn pause(app: Data<App>, _: Owner, slug: Path<Slug>) -> Result<Json<Feature>, Problem> {
    Ok(Json(app.pause_feature(&slug).await?))
}

pub(super) async fn resume(app: Data<App>, _: Owner, slug: Path<Slug>) -> Result<Json<Feature>, Problem> {
    Ok(Json(app.resume_feature(&slug).await?))
}

/// Limits by name.
#[derive(Deserialize)]
#[serde(expecting = "an object with limits")]
pub(super) struct Wanted {
    limits: BTreeMap<String, u64>,
}

pub(super) async fn set_limits(app: Data<App>, _: Owner, slug: Path<Slug>, body: Json<Wanted>) -> Result<Json<Value>, Problem> {
    let feature = app.set_limits(&slug, &body.limits).await?;
    Ok(Json(json!({ "feature": feature.slug, "limits": limits(&feature.limits) })))
}

pub(super) async fn pin(app: Data<App>, _: Owner, slug: Path<Slug>) -> Result<Json<Feature>, Problem> {
    Ok(Json(app.pin_feature(&slug).await?))
}

pub(super) async fn unpin(app: Data<App>, _: Owner, slug: Path<Slug>) -> Result<Json<Feature>, Problem> {
    Ok(Json(app.unpin_feature(&slug).await?))
}
