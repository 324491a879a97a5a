//! One attempt to turn a request, an edit or a submission into a revision.

use crate::{ArtifactHash, Finding, RequestId, Revision, RunId, Slug, Timestamp};
use serde::{Deserialize, Serialize};

/// The stages of a run, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The developer agent writes the crate.
    Prompt,
    /// Paths, sizes, manifest.
    Source,
    /// The syn rules; ticks are inserted.
    Lint,
    /// cargo, in the jail.
    Build,
    /// The ELF file.
    Inspect,
    /// Loaded once, away from live; the contract is tried.
    Probe,
    /// Into git and kandra.db.
    Commit,
    /// Into live's memory.
    Load,
    /// Into the route table.
    Mount,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: [Self; 9] =
        [Self::Prompt, Self::Source, Self::Lint, Self::Build, Self::Inspect, Self::Probe, Self::Commit, Self::Load, Self::Mount];

    /// The name in SQL, JSON, logs and pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Source => "source",
            Self::Lint => "lint",
            Self::Build => "build",
            Self::Inspect => "inspect",
            Self::Probe => "probe",
            Self::Commit => "commit",
            Self::Load => "load",
            Self::Mount => "mount",
        }
    }

    /// The stage with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == name)
    }
}

/// What set a run going.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Cause {
    /// A visitor's request.
    Request {
        /// Which.
        request: RequestId,
    },
    /// Somebody edited the crate on disk.
    Edit,
    /// Somebody sent a crate through the API.
    Submission,
    /// Somebody deleted the crate on disk.
    Deletion,
    /// Toolchain, SDK or `kandra` changed: the same source, a new artifact.
    Rebuild,
    /// The optimised build of a revision that is already live.
    Optimise,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// At work, in its newest stage.
    Running,
    /// Its revision is mounted.
    Succeeded,
    /// A gate refused, or a stage failed.
    Failed,
    /// Somebody cancelled it.
    Cancelled,
    /// A candidate waits for approval.
    Waiting,
}

/// How a stage ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageOutcome {
    /// Still going on.
    Running,
    /// The next stage may begin.
    Passed,
    /// The gate refused; the findings say why.
    Refused,
    /// We failed; the operator's log says why.
    Failed,
}

/// One stage of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageRecord {
    /// Which stage.
    pub stage: Stage,
    /// How it ended.
    pub outcome: StageOutcome,
    /// 1 for the first pass, 2… for repair turns.
    pub attempt: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, milliseconds; `None` while it runs.
    pub millis: Option<u64>,
}

/// What the model calls of a run used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Model calls made.
    pub calls: u32,
    /// Tokens sent, cached ones included.
    pub input_tokens: u64,
    /// Tokens received.
    pub output_tokens: u64,
    /// Milliseconds spent waiting for the model.
    pub millis: u64,
}

/// A run as the API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// What set it going.
    pub cause: Cause,
    /// The feature it is about, once known.
    pub feature: Option<Slug>,
    /// How it stands.
    pub state: RunState,
    /// The developer's one sentence of intent, once known.
    pub plan: Option<String>,
    /// The text of `contract.toml` that was promised with the plan, before the code was written.
    pub contract: Option<String>,
    /// `from recipe Poll`, `written by <model>`, `by hand`, `submitted`.
    pub provenance: String,
    /// Its stages so far, repair turns included, oldest first.
    pub stages: Vec<StageRecord>,
    /// What the gates said, newest pass only.
    pub findings: Vec<Finding>,
    /// One calm sentence with a next step, when it failed.
    pub failure: Option<String>,
    /// Stable code of the failure: `lint`, `build`, `probe`, `model_unavailable`, …
    pub failure_code: Option<String>,
    /// Tokens and time of the model.
    pub usage: Usage,
    /// The revision it made.
    pub revision: Option<Revision>,
    /// The artifact it made.
    pub artifact: Option<ArtifactHash>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}
