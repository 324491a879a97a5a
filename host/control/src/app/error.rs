//! Why an operation on the [`App`](super::App) was not done. The HTTP status of each is decided in `http`.

use kandra_model::{FeatureState, Finding, Revision, Slug};
use kandra_store::{StoreError, TrailError};

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
    /// The owner has pinned the revision that serves.
    #[error("revision {revision} of {feature} is pinned; let it go first: `kandra unpin {feature}`")]
    Pinned {
        /// Which.
        feature: Slug,
        /// The revision that stays.
        revision: Revision,
    },
    /// Sent on top of a revision that is not the current one.
    #[error(
        "the feature {feature} is at revision {current} now; take the diff into your copy and send it again with base_revision {current}"
    )]
    Stale {
        /// Which.
        feature: Slug,
        /// The current revision.
        current: Revision,
        /// From the revision it was based on to the current one, unified; from nothing when it named none.
        diff: String,
    },
    /// A hand edit that nobody has committed would be overwritten.
    #[error("the files of {feature} on disk have changes that are not part of any revision ({}); save or undo them first", .paths.join(", "))]
    UncommittedEdit {
        /// Which.
        feature: Slug,
        /// The files, at most 20.
        paths: Vec<String>,
    },
    /// This run is in no state in which this can be done.
    #[error("this run {0}")]
    RunState(&'static str),
    /// Too much is under way.
    #[error("{0}")]
    TooMany(&'static str),
    /// The gates refused a crate. Never empty.
    #[error("the crate was refused: {}", .0.first().map_or("no reason was given", |finding| finding.message.as_str()))]
    Refused(Vec<Finding>),
    /// Nothing can be built or checked yet.
    #[error("the server cannot check code yet ({0}); try again in a moment")]
    NotReady(String),
    /// The next live process could not take over; the one before serves on.
    #[error("the live process was not replaced, the one before serves on: {0}")]
    NotReplaced(String),
    /// Live did not answer, or not in time.
    #[error("the server that runs the features does not answer; try again in a moment")]
    LiveUnavailable,
    /// The server is stopping.
    #[error("the server is stopping; try again when it is back")]
    Stopping,
    /// The store refused, or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The git trail failed.
    #[error("the feature's history cannot be read or written")]
    Trail(#[source] TrailError),
    /// We failed; the chain is for the operator's log.
    #[error("something went wrong on our side; nothing was changed")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<TrailError> for AppError {
    fn from(error: TrailError) -> Self {
        match error {
            TrailError::HandEdits { slug, paths } => Self::UncommittedEdit { feature: slug, paths },
            error => Self::Trail(error),
        }
    }
}

impl AppError {
    /// Stable, for JSON, the log and metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } | Self::Store(StoreError::NotFound(_)) => "not_found",
            Self::Invalid { .. } | Self::Store(StoreError::Cursor(_)) => "invalid",
            Self::Forbidden(_) | Self::Store(StoreError::Forbidden(_)) => "forbidden",
            Self::FeatureState { .. } => "feature_state",
            Self::Pinned { .. } => "pinned",
            Self::Stale { .. } => "stale_revision",
            Self::UncommittedEdit { .. } => "uncommitted_edit",
            Self::RunState(_) | Self::Store(StoreError::RunState { .. }) => "run_state",
            Self::Store(StoreError::RequestState { .. }) => "request_state",
            Self::Store(StoreError::Conflict(_)) => "conflict",
            Self::TooMany(_) | Self::Store(StoreError::Limit(_)) => "limit",
            Self::Refused(_) => "refused",
            Self::NotReady(_) => "not_ready",
            Self::LiveUnavailable => "live_unavailable",
            Self::NotReplaced(_) => "not_replaced",
            Self::Stopping | Self::Store(StoreError::Closed) => "stopping",
            Self::Store(StoreError::Busy) => "busy",
            Self::Store(_) | Self::Trail(_) | Self::Internal(_) => "internal",
        }
    }

    pub(crate) fn missing(kind: &'static str, name: impl ToString) -> Self {
        Self::NotFound { kind, name: name.to_string() }
    }
}
