//! The parts of the home page.

use super::usual;
use crate::{
    app::App,
    pages::{
        asked::PageError,
        view::{ActivityView, AskView, CardView, Notice, RunView, Sentence, WantView},
    },
};
use futures_util::future::join_all;
use kandra_model::{Cause, Feature, LiveCondition, RequestState, Run, RunState, Slug, Timestamp};
use kandra_store::{RequestQuery, RunQuery};
use std::collections::BTreeMap;

/// How long a run stays on the page after its end.
const ENDED_STAYS_MS: u64 = 15_000;
const MAX_WANTED: u32 = 12;
const MAX_ACTIVITY: usize = 12;
/// Events looked through for [`MAX_ACTIVITY`] lines.
const EVENTS_READ: u32 = 200;

/// Runs that visitors want to see: what is at work, and what ended a moment ago. The optimised build of something that is
/// live already is not among them.
async fn shown_runs(app: &App, now: Timestamp) -> Result<Vec<(Run, String)>, PageError> {
    let running = app.store().runs(RunQuery { states: vec![RunState::Running], limit: 20, ..RunQuery::default() }).await?.items;
    let newest = app.store().runs(RunQuery { limit: 10, ..RunQuery::default() }).await?.items;
    let ended = newest.into_iter().filter(|run| run.ended_at.is_some_and(|end| now.millis_since(end) < ENDED_STAYS_MS));
    let mut runs: Vec<Run> = running.into_iter().chain(ended).filter(|run| run.cause != Cause::Optimise).collect();
    runs.sort_by_key(|run| (run.started_at, run.id));
    runs.dedup_by_key(|run| run.id);
    let titles = join_all(runs.iter().map(|run| app.store().run_title_and_author(run.id))).await;
    let mut shown = Vec::with_capacity(runs.len());
    for (run, title) in runs.into_iter().zip(titles) {
        let title = title?.map(|(title, _)| title).filter(|title| !title.is_empty());
        let title = title.or_else(|| run.feature.as_ref().map(ToString::to_string)).unwrap_or_default();
        shown.push((run, title));
    }
    Ok(shown)
}

/// What is being built now.
pub async fn building(app: &App) -> Result<Vec<RunView>, PageError> {
    let usual = usual(app).await?;
    Ok(shown_runs(app, Timestamp::now()).await?.iter().map(|(run, title)| RunView::new(run, title.clone(), usual)).collect())
}

/// The status sentence.
pub async fn sentence(app: &App) -> Result<Sentence, PageError> {
    let status = app.status().await?;
    let mut building = shown_runs(app, Timestamp::now()).await?;
    building.retain(|(run, _)| run.state == RunState::Running);
    let more = building.len().saturating_sub(1);
    let notice = notice(&status);
    Ok(Sentence {
        features: status.features_live,
        building: building.into_iter().next().map(|(_, title)| title),
        more,
        waiting: status.queue,
        next_pick: status.next_pick_at,
        notice,
    })
}

/// The gravest of what visitors should know.
fn notice(status: &crate::app::Status) -> Option<Notice> {
    let of = |key, tone, detail: Option<&String>| Notice { key, tone, detail: detail.cloned().unwrap_or_default(), ..Notice::default() };
    let missing: Vec<&str> =
        status.layers.iter().filter(|layer| layer.required && !layer.active).map(|layer| layer.name.as_str()).collect();
    let reason = status.live.reason.as_ref();
    if status.live.condition == LiveCondition::SafeMode {
        return Some(of("safe_mode", "danger", reason));
    }
    if !missing.is_empty() {
        return Some(Notice { missing: missing.join(", "), ..of("refused", "warning", status.warm.failure.as_ref()) });
    }
    if status.warm.failure.is_some() {
        return Some(of("warm_failed", "danger", status.warm.failure.as_ref()));
    }
    match status.live.condition {
        LiveCondition::Restarting => return Some(of("restarting", "warning", reason)),
        LiveCondition::Starting if status.features > 0 => return Some(of("starting", "info", None)),
        _ => {}
    }
    (!status.warm.finished).then(|| Notice { done: status.warm.done, total: status.warm.total, ..of("warming", "info", None) })
}

/// The ask box.
pub async fn ask(app: &App) -> Result<AskView, PageError> {
    Ok(AskView { agent: app.status().await?.agent, recipes: kandra_agent::Recipes::all().len() })
}

async fn view(app: &App, feature: &Feature, live: &str) -> Result<CardView, PageError> {
    let commit = app.store().revision(&feature.slug, feature.revision).await?.map(|record| record.commit).unwrap_or_default();
    let granted = app.store().grants(&feature.slug).await?;
    Ok(CardView::new(feature, commit, live).with_granted(&granted))
}

/// All cards, oldest first: a new one is the last, and nothing else moves.
pub async fn cards(app: &App, host: &str) -> Result<Vec<CardView>, PageError> {
    let live = app.live_origin(host);
    let mut features = app.store().all_features().await?;
    features.sort_by(|a, b| (a.created_at, &a.slug).cmp(&(b.created_at, &b.slug)));
    join_all(features.iter().map(|feature| view(app, feature, &live))).await.into_iter().collect()
}

/// One card; a removed feature has none.
pub async fn card(app: &App, slug: &Slug, host: &str) -> Result<CardView, PageError> {
    let feature = app.store().feature(slug).await?.filter(|feature| feature.state != kandra_model::FeatureState::Removed);
    view(app, &feature.ok_or(PageError::NotFound)?, &app.live_origin(host)).await
}

/// The requests that wait, as they will be built.
pub async fn wanted(app: &App) -> Result<Vec<WantView>, PageError> {
    let states = vec![RequestState::Pending, RequestState::NeedsModel];
    let page = app.store().requests(RequestQuery { states, limit: MAX_WANTED, ..RequestQuery::default() }).await?;
    let now = Timestamp::now();
    Ok(page.items.iter().map(|request| WantView::new(request, now)).collect())
}

/// What happened lately, newest first.
pub async fn activity(app: &App) -> Result<Vec<ActivityView>, PageError> {
    let events = app.store().recent_events(EVENTS_READ).await?;
    let titles: BTreeMap<String, String> =
        app.store().all_features().await?.into_iter().map(|feature| (feature.slug.to_string(), feature.presentation.title)).collect();
    Ok(events.iter().filter_map(|event| ActivityView::new(event, |slug| titles.get(slug).cloned())).take(MAX_ACTIVITY).collect())
}
