//! What a visitor asked for.

use crate::{RequestId, Slug, Timestamp};
use serde::{Deserialize, Serialize};

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Waits for the owner's moderation; only the owner sees it.
    Held,
    /// Collects votes and waits for its turn.
    Pending,
    /// A run is at work on it.
    Running,
    /// A candidate waits for the owner's approval.
    Waiting,
    /// Its feature is live.
    Live,
    /// Its run ended without a revision.
    Failed,
    /// No recipe fits and no model is configured.
    NeedsModel,
    /// The owner declined it, with a reason.
    Declined,
    /// It became part of another request.
    Merged,
    /// Its author took it back.
    Withdrawn,
}

impl RequestState {
    /// The name in SQL, JSON and pages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Live => "live",
            Self::Failed => "failed",
            Self::NeedsModel => "needs_model",
            Self::Declined => "declined",
            Self::Merged => "merged",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        const ALL: [RequestState; 10] = [
            RequestState::Held,
            RequestState::Pending,
            RequestState::Running,
            RequestState::Waiting,
            RequestState::Live,
            RequestState::Failed,
            RequestState::NeedsModel,
            RequestState::Declined,
            RequestState::Merged,
            RequestState::Withdrawn,
        ];
        ALL.into_iter().find(|s| s.as_str() == name)
    }

    /// Whether a request may go from this state to `next`.
    pub fn may_become(self, next: Self) -> bool {
        use RequestState::*;
        match self {
            Held => matches!(next, Pending | Declined | Withdrawn | Merged),
            Pending => matches!(next, Running | Held | NeedsModel | Declined | Merged | Withdrawn),
            NeedsModel => matches!(next, Pending | Running | Declined | Merged | Withdrawn),
            Running => matches!(next, Live | Failed | Waiting | Pending | NeedsModel | Declined),
            Waiting => matches!(next, Running | Live | Failed | Declined | Pending),
            Failed => matches!(next, Pending | Declined | Merged),
            Live => matches!(next, Failed | Pending),
            Declined | Merged | Withdrawn => next == Pending,
        }
    }
}

/// Which requests wait for the owner before anybody else sees them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Moderation {
    /// None.
    #[default]
    Open,
    /// A visitor's requests until the first has been let through.
    First,
    /// Every one.
    All,
}

/// A revision that failed in use and was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repairs {
    /// Its feature.
    pub feature: Slug,
    /// The revision that failed.
    pub revision: crate::Revision,
}

/// A request as the API shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// One line, at most 120 characters.
    pub title: String,
    /// At most 2,000 characters; may be empty.
    pub details: String,
    /// Where it stands.
    pub state: RequestState,
    /// How many voters want it; its author counts as one.
    pub votes: u32,
    /// Its place in the queue, from 1; `None` when it does not wait.
    pub place: Option<u32>,
    /// The feature it became, once live.
    pub feature: Option<Slug>,
    /// One calm sentence: why it failed, was declined, or waits.
    pub reason: Option<String>,
    /// The name of the recipe that fits, when the offline developer knows one.
    pub recipe: Option<String>,
    /// The request it was merged into.
    pub merged_into: Option<RequestId>,
    /// The newest run, when there was one.
    pub run: Option<crate::RunId>,
    /// What it is to repair, when the server itself asked for it because a revision failed in use.
    pub repairs: Option<Repairs>,
    /// When it was asked.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When the empty queue will start it at the earliest; before that its author may change it.
    pub starts_at: Option<Timestamp>,
}
