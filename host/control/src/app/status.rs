//! What the status sentence, `/readyz` and `/api/status` are made of.

use super::{App, AppError};
use crate::{config::Approval, observer};
use kandra_agent::{AgentKind, observer::Pick};
use kandra_jail::LayerReport;
use kandra_model::{Cause, FeatureState, LiveCondition, RequestId, RunId, RunState, Slug, Stage, Timestamp};
use kandra_store::RunQuery;
use serde::Serialize;

/// The server at one instant.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// Requests are accepted (and queue while the build is warmed up).
    pub ready: bool,
    /// The server is stopping.
    pub stopping: bool,
    /// Version of this `kandra`.
    pub version: &'static str,
    /// When it started.
    pub started_at: Timestamp,
    /// Features that serve.
    pub features_live: u32,
    /// Features in all, removed ones not counted.
    pub features: u32,
    /// What is being made now, oldest first; without builds that only make something faster.
    pub building: Vec<Building>,
    /// Requests that wait for their turn; 100 stands for 100 and more.
    pub queue: u32,
    /// When the next of them starts; `None` while nothing waits, or while as much is being made as can be.
    pub next_pick_at: Option<Timestamp>,
    /// The request that is first in the queue.
    pub next: Option<NextPick>,
    /// The one-time warm build.
    pub warm: WarmStatus,
    /// The same for the shelf: the crates that features may name beyond those of every build.
    pub shelf: WarmStatus,
    /// The live process.
    pub live: LiveStatus,
    /// Who writes: `offline`, `anthropic`, `none`.
    pub agent: &'static str,
    /// The model's id, when one writes.
    pub model: Option<String>,
    /// Who has to agree before a revision goes live.
    pub approval: Approval,
    /// Seconds between two looks at the queue.
    pub interval_secs: u64,
    /// The jails' layers on this machine, each with the attack that was tried; empty until they were tried.
    pub layers: Vec<Layer>,
    /// Features in a checkout's `generated/` that this home does not have.
    pub offered: Vec<Slug>,
}

/// A run at work.
#[derive(Clone, Debug, Serialize)]
pub struct Building {
    /// Which.
    pub run: RunId,
    /// What set it going.
    pub cause: Cause,
    /// The request it answers.
    pub request: Option<RequestId>,
    /// For people.
    pub title: String,
    /// The feature, once known.
    pub feature: Option<Slug>,
    /// Its newest stage.
    pub stage: Option<Stage>,
    /// When it began.
    pub started_at: Timestamp,
}

/// The request that is next.
#[derive(Clone, Debug, Serialize)]
pub struct NextPick {
    /// Which.
    pub request: RequestId,
    /// For people.
    pub title: String,
}

/// How the one-time warm build stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WarmStatus {
    /// Builds can run.
    pub finished: bool,
    /// Steps done.
    pub done: u32,
    /// Steps in all; 0 while unknown.
    pub total: u32,
    /// Why it stopped, in one sentence with a next step.
    pub failure: Option<String>,
}

/// A layer of the jails on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Layer {
    /// Such as `landlock`.
    pub name: String,
    /// Without it strangers' code is refused.
    pub required: bool,
    /// Whether the attack on it failed.
    pub active: bool,
    /// The attack and its answer.
    pub detail: String,
}

/// How the live process stands.
#[derive(Clone, Debug, Serialize)]
pub struct LiveStatus {
    /// Its condition.
    pub condition: LiveCondition,
    /// Why, when not simply serving.
    pub reason: Option<String>,
    /// Its process id.
    pub pid: Option<u32>,
    /// How often it came back after its end since the server started.
    pub restarts: u32,
    /// How often another process took over by plan.
    pub replacements: u32,
    /// When this process of it began to serve.
    pub since: Option<Timestamp>,
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn layer(report: &LayerReport) -> Layer {
    Layer { name: report.layer.as_str().to_owned(), required: report.required, active: report.holds, detail: report.evidence.clone() }
}

impl App {
    /// What the status sentence needs.
    pub async fn status(&self) -> Result<Status, AppError> {
        let features = self.store().all_features().await?;
        let outlook = observer::outlook(self).await?;
        let (config, live) = (self.config(), self.live().state());
        let warm = self.workshop().status();
        let next_pick_at = match outlook.pick {
            Pick::Start(_) => Some(Timestamp::now()),
            Pick::WaitUntil(at) => Some(at),
            Pick::Nothing => None,
        };
        let next = outlook.queue.first();
        Ok(Status {
            ready: !self.is_stopping(),
            stopping: self.is_stopping(),
            version: env!("CARGO_PKG_VERSION"),
            started_at: self.started_at(),
            features_live: count(
                features.iter().filter(|feature| matches!(feature.state, FeatureState::Live | FeatureState::Rebuilding)).count(),
            ),
            features: count(features.len()),
            building: self.building().await?,
            queue: count(outlook.queue.len()),
            next_pick_at: next_pick_at.filter(|_| warm.finished && next.is_some()),
            next: next.map(|request| NextPick { request: request.id, title: request.title.clone() }),
            warm,
            shelf: self.workshop().shelf_status(),
            live: LiveStatus {
                condition: live.condition,
                reason: live.reason,
                pid: live.pid,
                restarts: live.restarts,
                replacements: live.replacements,
                since: live.since,
            },
            agent: match self.agent().kind() {
                AgentKind::Offline => "offline",
                AgentKind::Anthropic => "anthropic",
                AgentKind::None => "none",
            },
            model: self.agent().model().map(str::to_owned),
            approval: config.approval(),
            interval_secs: config.interval_secs,
            layers: self.workshop().layers().iter().map(layer).collect(),
            offered: self.offered(),
        })
    }

    async fn building(&self) -> Result<Vec<Building>, AppError> {
        let query = RunQuery { states: vec![RunState::Running], ..RunQuery::default() };
        let mut building = Vec::new();
        for run in self.store().runs(query).await?.items.into_iter().rev().filter(|run| run.cause != Cause::Optimise) {
            let title = self.store().run_title_and_author(run.id).await?.map(|(title, _)| title).unwrap_or_default();
            building.push(Building {
                run: run.id,
                request: match run.cause {
                    Cause::Request { request } => Some(request),
                    _ => None,
                },
                cause: run.cause,
                title,
                feature: run.feature,
                stage: run.stages.last().map(|stage| stage.stage),
                started_at: run.started_at,
            });
        }
        Ok(building)
    }
}
