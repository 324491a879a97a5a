//! What a developer is given, and what it hands back.

use kandra_model::{Finding, Origin, RouteSpec, Slug, Usage};
use std::collections::BTreeMap;

/// How often the gates' findings may go back to the developer in one run.
pub const MAX_REPAIR_TURNS: u32 = 3;

/// One feature to write, or to repair.
#[derive(Clone, Debug)]
pub struct Task {
    /// The request's title, as its author wrote it.
    pub title: String,
    /// The request's details; may be empty.
    pub details: String,
    /// Slugs that belong to other features; the draft's slug is none of them.
    pub taken: Vec<Slug>,
    /// What is live now, so that a model does not write it again.
    pub live: Vec<LiveFeature>,
    /// The crates that it may use beyond those of every feature.
    pub crates: Vec<AllowedCrate>,
    /// The last draft and what the gates said, when this is a repair turn.
    pub repair: Option<Repair>,
}

/// A crate that a feature may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedCrate {
    /// As the manifest names it.
    pub name: String,
    /// What paths begin with.
    pub module: String,
    /// The one version there is.
    pub version: String,
    /// What it is for.
    pub what: String,
}

/// A feature that is live while the developer works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveFeature {
    /// Its slug.
    pub slug: Slug,
    /// Its title.
    pub title: String,
    /// Its summary.
    pub summary: String,
    /// Its routes, relative to `/{slug}`.
    pub routes: Vec<RouteSpec>,
}

/// What is to be repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// A draft that a gate refused.
    Draft,
    /// A revision that was live and failed in use.
    Live,
}

/// A crate that has to be repaired, and why.
#[derive(Clone, Debug)]
pub struct Repair {
    /// What it is.
    pub broken: Broken,
    /// The slug of that draft; a repair keeps it.
    pub slug: Slug,
    /// The plan of that draft.
    pub plan: String,
    /// Its files.
    pub files: BTreeMap<String, String>,
    /// What the gate said, errors first; or which calls failed.
    pub findings: Vec<Finding>,
    /// 1 to [`MAX_REPAIR_TURNS`].
    pub turn: u32,
}

/// A feature crate, not yet judged by any gate.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The feature's slug: valid, and none of the taken ones.
    pub slug: Slug,
    /// Path inside the crate to text: `Cargo.toml`, `src/lib.rs`, `contract.toml`, …
    pub files: BTreeMap<String, String>,
    /// One sentence of intent.
    pub plan: String,
    /// Which recipe or model wrote it.
    pub origin: Origin,
    /// What the model calls of this task used (this turn only); all zero for a recipe.
    pub usage: Usage,
}

/// Hears how a developer gets on. Called from the developer's task; must not block.
pub trait Progress: Send {
    /// The plan and the contract are known; the files are being written.
    fn planned(&mut self, plan: &str, contract: &str);
    /// What this task has used so far, failed calls included.
    fn tokens(&mut self, usage: &Usage);
}

/// A listener that ignores everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn planned(&mut self, _: &str, _: &str) {}
    fn tokens(&mut self, _: &Usage) {}
}

/// Why there is no draft. [`DevelopError::code`] is stable, `Display` is for the operator, and
/// [`DevelopError::sentence`] for the visitor.
#[derive(Debug, thiserror::Error)]
pub enum DevelopError {
    /// The offline developer knows no recipe for this: the request waits as `needs_model`.
    #[error("no recipe fits this request and no model is configured")]
    NeedsModel,
    /// The agent is switched off.
    #[error("the agent is switched off (--agent none)")]
    Off,
    /// A recipe's crate was refused by a gate; a recipe cannot repair itself.
    #[error("the recipe {recipe} wrote a crate that a gate refused")]
    RecipeRefused {
        /// Its name.
        recipe: String,
    },
    /// More than [`MAX_REPAIR_TURNS`] turns were asked for.
    #[error("the draft still failed after {MAX_REPAIR_TURNS} repair turns")]
    OutOfTurns,
    /// The provider refused the key (401 or 403).
    #[error("the model provider refused the key (status {status}); set ANTHROPIC_API_KEY to a valid key")]
    KeyRefused {
        /// 401 or 403.
        status: u16,
    },
    /// The provider refused the call itself (another 4xx): a wrong model name, a prompt that is too long.
    #[error("the model provider refused the call (status {status}): {message}")]
    CallRefused {
        /// The status.
        status: u16,
        /// What it said, shortened.
        message: String,
    },
    /// The provider stayed overloaded or unreachable through all retries.
    #[error("the model provider is unavailable after {attempts} attempts: {last}")]
    Unavailable {
        /// Calls tried.
        attempts: u32,
        /// How the last one ended.
        last: String,
    },
    /// The model declined to answer.
    #[error("the model declined this request: {reason}")]
    Declined {
        /// What it said, shortened.
        reason: String,
    },
    /// The model kept answering something that is not a feature crate.
    #[error("the model's answer could not be used after {attempts} attempts: {problem}")]
    Unusable {
        /// Answers tried.
        attempts: u32,
        /// What was wrong with the last.
        problem: String,
    },
}

impl DevelopError {
    /// Stable: for JSON, database and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NeedsModel => "needs_model",
            Self::Off => "agent_off",
            Self::RecipeRefused { .. } => "recipe_refused",
            Self::OutOfTurns => "out_of_turns",
            Self::KeyRefused { .. } => "model_key_refused",
            Self::CallRefused { .. } => "model_call_refused",
            Self::Unavailable { .. } => "model_unavailable",
            Self::Declined { .. } => "model_declined",
            Self::Unusable { .. } => "model_answer_unusable",
        }
    }

    /// One calm sentence with a next step, for the visitor.
    pub const fn sentence(&self) -> &'static str {
        match self {
            Self::NeedsModel => "No built-in recipe fits this wish; it waits until the owner connects a model.",
            Self::Off => "Building is switched off here; the wish waits until the owner switches it on.",
            Self::RecipeRefused { .. } => {
                "The built-in recipe did not pass its checks; try other words, or ask the owner to look at the log."
            }
            Self::OutOfTurns => "The draft did not pass its checks after three repairs; describe the wish more simply and ask again.",
            Self::KeyRefused { .. } => "The model's key was refused; the owner has to renew it before this can be built.",
            Self::CallRefused { .. } => "The model refused the call; the owner finds the reason in the log.",
            Self::Unavailable { .. } => "The model cannot be reached right now; vote again later, nothing is lost.",
            Self::Declined { .. } => "The model declined to write this; try to ask for something else.",
            Self::Unusable { .. } => "The model's answer could not be used; describe the wish more simply and ask again.",
        }
    }

    /// Whether the request should wait in the queue rather than be marked failed.
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::KeyRefused { .. } | Self::Off)
    }
}
