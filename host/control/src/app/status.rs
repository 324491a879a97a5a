//! What the status sentence, `/readyz` and `/api/status` are made of.

use kandra_model::{LiveCondition, RequestId, RunId, Slug, Stage, Timestamp};
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
    /// What is being made now, oldest first.
    pub building: Vec<Building>,
    /// Requests that wait for their turn.
    pub queue: u32,
    /// When the observer looks at the queue next; `None` while something is being made or nothing waits.
    pub next_pick_at: Option<Timestamp>,
    /// The request it will most likely take.
    pub next: Option<NextPick>,
    /// The one-time warm build.
    pub warm: WarmStatus,
    /// The live process.
    pub live: LiveStatus,
    /// Who writes: `offline`, `anthropic`, `openai`, `none`.
    pub agent: &'static str,
    /// `auto`, `large`, `always`.
    pub approval: crate::config::Approval,
    /// The jails' layers.
    pub layers: Vec<Layer>,
    /// Features in a checkout's `generated/` that this home does not have.
    pub offered: Vec<Slug>,
}

/// A run at work.
#[derive(Clone, Debug, Serialize)]
pub struct Building {
    /// Which.
    pub run: RunId,
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
    /// Crates built.
    pub done: u32,
    /// Crates to build; 0 while unknown.
    pub total: u32,
    /// Why it stopped, in one sentence with a next step.
    pub failure: Option<String>,
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
    /// How often it came back since the server started.
    pub restarts: u32,
    /// When this process of it began to serve.
    pub since: Option<Timestamp>,
}

/// A layer of the jails on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Layer {
    /// Such as `landlock`.
    pub name: String,
    /// Without it strangers' code is refused.
    pub required: bool,
    /// Whether it holds here.
    pub active: bool,
    /// Why not, or its version.
    pub detail: String,
}
