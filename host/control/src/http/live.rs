//! What the live process says of itself. It is hostile: names and figures are passed on as data, never trusted.

use super::Problem;
use crate::app::App;
use crate::guard::Owner;
use crate::live_handle::FaultCounts;
use actix_web::web::{Data, Json};
use kandra_model::{Revision, Slug};
use kandra_wire::{LiveReport, RouteStatistics};
use serde::Serialize;
use serde_json::{Value, json};

/// A route with its figures.
#[derive(Clone, Serialize)]
struct Route {
    method: String,
    /// Absolute: `/{slug}/…`.
    path: String,
    feature: Slug,
    revision: Revision,
    calls: u64,
    errors: u64,
    /// Milliseconds.
    p50: f64,
    /// Milliseconds.
    p99: f64,
}

impl From<&RouteStatistics> for Route {
    fn from(route: &RouteStatistics) -> Self {
        let millis = |micros: u64| std::time::Duration::from_micros(micros).as_secs_f64() * 1_000.0;
        Self {
            method: route.method.clone(),
            path: route.path.clone(),
            feature: route.feature.clone(),
            revision: route.revision,
            calls: route.calls.calls,
            errors: route.calls.errors,
            p50: millis(route.calls.p50_us),
            p99: millis(route.calls.p99_us),
        }
    }
}

/// What live counted of one feature.
#[derive(Clone, Serialize)]
pub(super) struct FeatureCalls {
    calls: u64,
    errors: u64,
    routes: Vec<Route>,
    #[serde(skip_serializing_if = "Option::is_none")]
    faults: Option<FaultCounts>,
}

impl FeatureCalls {
    pub(super) fn of(report: &LiveReport, slug: &Slug) -> Self {
        let routes: Vec<Route> = report.routes.iter().filter(|route| route.feature == *slug).map(Route::from).collect();
        let sum = |figure: fn(&Route) -> u64| routes.iter().fold(0_u64, |sum, route| sum.saturating_add(figure(route)));
        Self { calls: sum(|route| route.calls), errors: sum(|route| route.errors), faults: None, routes }
    }

    pub(super) fn with_faults(mut self, faults: FaultCounts) -> Self {
        self.faults = Some(faults);
        self
    }
}

pub(super) async fn routes(app: Data<App>) -> Result<Json<Value>, Problem> {
    let report = app.live_report().await?;
    let routes: Vec<Route> = report.routes.iter().map(Route::from).collect();
    Ok(Json(json!({ "routes": routes, "next": null })))
}

pub(super) async fn report(app: Data<App>) -> Result<Json<Value>, Problem> {
    let report = app.live_report().await?;
    let status = app.status().await?.live;
    let mut value = json!(report);
    value["processes"] = json!([{
        "name": "main",
        "pid": status.pid,
        "condition": status.condition,
        "reason": status.reason,
        "since": status.since,
        "restarts": status.restarts,
        "replacements": status.replacements,
    }]);
    Ok(Json(value))
}

/// Answers when the next process serves.
pub(super) async fn replace(app: Data<App>, _: Owner) -> Result<Json<Value>, Problem> {
    app.replace_live().await?;
    let live = app.status().await?.live;
    Ok(Json(json!({ "pid": live.pid, "replacements": live.replacements })))
}
