//! The one log that pages, SSE, WebSocket and metrics read.

use crate::{
    EventId, FeatureState, HostName, Limits, RequestId, RequestState, Revision, RunId, RunState, Slug, Stage, StageOutcome, Tier, Timestamp,
};
use serde::{Deserialize, Serialize};

/// How the live process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveCondition {
    /// Being started.
    Starting,
    /// Serving.
    Serving,
    /// It ended and comes back.
    Restarting,
    /// It kept crashing: no generated features are loaded.
    SafeMode,
}

/// What happened. The tag `kind` is stable; fields are only ever added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum EventBody {
    /// Somebody asked.
    RequestCreated { request: RequestId, title: String, state: RequestState, votes: u32 },
    /// Its state, text, place or reason changed.
    RequestChanged { request: RequestId, title: String, state: RequestState, votes: u32, feature: Option<Slug>, reason: Option<String> },
    /// A vote was given or taken back.
    VoteChanged { request: RequestId, votes: u32 },
    /// A run began.
    RunStarted { run: RunId, request: Option<RequestId>, feature: Option<Slug>, title: String },
    /// The developer's one sentence of intent is known, and what it promises to hold to (`contract.toml`), when it says so first.
    RunPlanned { run: RunId, plan: String, contract: Option<String> },
    /// A stage began or ended.
    RunStage { run: RunId, stage: Stage, outcome: StageOutcome, attempt: u32, millis: Option<u64> },
    /// A run ended.
    RunEnded { run: RunId, request: Option<RequestId>, feature: Option<Slug>, state: RunState, failure: Option<String> },
    /// A revision is mounted: the first, a new one, or a rollback.
    FeatureMounted { feature: Slug, title: String, revision: Revision, tier: Tier, new: bool },
    /// A feature's state changed without a mount.
    FeatureChanged { feature: Slug, state: FeatureState, reason: Option<String> },
    /// The owner changed which hosts it may call; these are all of them now.
    GrantsChanged { feature: Slug, hosts: Vec<HostName> },
    /// The owner changed what it may use; these are all limits that are not their defaults.
    LimitsChanged { feature: Slug, limits: Limits },
    /// The owner pinned its revision, or no longer.
    PinChanged { feature: Slug, revision: Revision, pinned: bool },
    /// The owner allowed a crate beyond the reviewed ones.
    CrateAdded { name: String, version: String },
    /// The owner took one back.
    CrateRemoved { name: String },
    /// Its routes are gone.
    FeatureRemoved { feature: Slug, title: String },
    /// A library was closed and its absence verified, or it is pinned.
    LibraryUnloaded { feature: Slug, revision: Revision, verified: bool },
    /// The live process changed.
    LiveChanged { condition: LiveCondition, reason: Option<String> },
    /// Another live process took over by plan, without a refused connection: why, and how long it took.
    LiveReplaced { reason: String, millis: u64 },
    /// The one-time warm build: `done` of `total` crates.
    WarmProgress { done: u32, total: u32, finished: bool, failure: Option<String> },
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Rising.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub body: EventBody,
}
