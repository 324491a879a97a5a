//! The live route table and the server's state.

use crate::{
    app::App,
    config::AgentSettings,
    pages::{
        asked::PageError,
        view::{LayerView, ReportView, StatusView, TableRow},
    },
};
use kandra_model::LiveCondition;

/// The most rows that the page shows.
const MAX_ROWS: usize = 1_000;

/// Every live route, asked of live; `None` while it does not answer.
pub async fn routes(app: &App) -> Option<Vec<TableRow>> {
    let report = app.live_report().await.ok()?;
    let mut rows: Vec<TableRow> = report.routes.iter().take(MAX_ROWS).map(TableRow::new).collect();
    rows.sort_by(|a, b| (&a.feature, &a.path, &a.method).cmp(&(&b.feature, &b.path, &b.method)));
    Some(rows)
}

/// The server at this instant.
pub async fn status(app: &App) -> Result<StatusView, PageError> {
    let (status, report) = futures_util::future::join(app.status(), app.live_report()).await;
    let status = status?;
    let warm = match &status.warm {
        warm if warm.finished => "ready",
        warm if warm.failure.is_some() => "failed",
        warm if warm.total > 0 => "going",
        _ => "waiting",
    };
    let model = match &app.config().agent {
        AgentSettings::Anthropic(settings) | AgentSettings::OpenAi(settings) => settings.model.clone().unwrap_or_default(),
        AgentSettings::Offline | AgentSettings::None => String::new(),
    };
    Ok(StatusView {
        version: status.version.to_owned(),
        agent: status.agent.to_owned(),
        model,
        started_at: status.started_at,
        features_live: status.features_live,
        features: status.features,
        queue: status.queue,
        condition: match status.live.condition {
            LiveCondition::Starting => "starting",
            LiveCondition::Serving => "serving",
            LiveCondition::Restarting => "restarting",
            LiveCondition::SafeMode => "safe_mode",
        },
        reason: status.live.reason,
        pid: status.live.pid,
        restarts: status.live.restarts,
        replacements: status.live.replacements,
        since: status.live.since,
        warm,
        warm_done: status.warm.done,
        warm_total: status.warm.total,
        warm_failure: status.warm.failure,
        layers: status
            .layers
            .iter()
            .map(|layer| LayerView {
                name: layer.name.clone(),
                required: layer.required,
                active: layer.active,
                detail: layer.detail.clone(),
            })
            .collect(),
        report: report.ok().as_ref().map(ReportView::new),
    })
}
