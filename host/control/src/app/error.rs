//! Why an operation on the [`App`](super::App) was not done. The HTTP status of each is decided in `http`.

use kandra_model::{FeatureState, RequestState, Revision, Slug};

/// Each variant exists because some caller answers differently.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Nothing of this kind has this name.
    #[error("there is no {kind} {name}")]
    NotFound {
        /// `request`, `run`, `feature`, `revision`, `candidate`.
        kind: &'static str,
        /// As it was asked for.
        name: String,
    },
    /// A value that cannot be accepted.
    #[error("{field}: {message}")]
    Invalid {
        /// The member it is about.
        field: &'static str,
        /// What to send instead.
        message: String,
    },
    /// The caller is not the one who may do this.
    #[error("{0}")]
    Forbidden(&'static str),
    /// The request is not in a state in which this can be done.
    #[error("the request is {}, so it cannot be {action}", .state.as_str().replace('_', " "))]
    RequestState {
        /// Its state now.
        state: RequestState,
        /// What was asked: `changed`, `withdrawn`, `started`, …
        action: &'static str,
    },
    /// The feature is not in a state in which this can be done.
    #[error("the feature {feature} is {}, so it cannot be {action}", .state.as_str().replace('_', " "))]
    FeatureState {
        /// Which.
        feature: Slug,
        /// Its state now.
        state: FeatureState,
        /// What was asked.
        action: &'static str,
    },
    /// Sent on top of a revision that is not the current one.
    #[error("{feature} is at revision {current} now; take the diff into your copy and send it again with base_revision {current}")]
    Stale {
        /// Which.
        feature: Slug,
        /// The current revision.
        current: Revision,
        /// From the revision it was based on to the current one, unified.
        diff: String,
    },
    /// A hand edit that nobody has committed would be overwritten.
    #[error("the files of {0} on disk have changes that were not accepted yet; save or undo them first")]
    UncommittedEdit(Slug),
    /// This run has ended.
    #[error("this run has ended already")]
    RunEnded,
    /// A bound is reached.
    #[error("{message}")]
    TooMany {
        /// Stable: `pending_per_visitor`, `pending_in_all`, `submissions`.
        code: &'static str,
        /// What to do.
        message: String,
    },
    /// The gates refused a crate that was to be tried only.
    #[error("the crate was refused")]
    Refused(Vec<kandra_model::Finding>),
    /// Live did not answer, or not in time.
    #[error("the live process is {0}; try again in a moment")]
    LiveUnavailable(String),
    /// Live answered and refused.
    #[error("live refused: {0}")]
    LiveRefused(kandra_wire::Refusal),
    /// The server is stopping.
    #[error("the server is stopping; try again when it is back")]
    Stopping,
    /// We failed; the chain is for the operator's log.
    #[error("something went wrong on our side; nothing was changed")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl AppError {
    /// Stable, for JSON, the log and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not_found",
            Self::Invalid { .. } => "invalid",
            Self::Forbidden(_) => "forbidden",
            Self::RequestState { .. } => "request_state",
            Self::FeatureState { .. } => "feature_state",
            Self::Stale { .. } => "stale_revision",
            Self::UncommittedEdit(_) => "uncommitted_edit",
            Self::RunEnded => "run_ended",
            Self::TooMany { code, .. } => code,
            Self::Refused(_) => "refused",
            Self::LiveUnavailable(_) => "live_unavailable",
            Self::LiveRefused(_) => "live_refused",
            Self::Stopping => "stopping",
            Self::Internal(_) => "internal",
        }
    }

    pub(crate) fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(error.into())
    }
}
