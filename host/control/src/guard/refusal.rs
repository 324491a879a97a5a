//! Why the guard let a request not through. `http::problem` gives each its status.

/// A variant for each answer that differs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// The `Host` header names none of ours.
    #[error("This server does not answer for the host {0:?}; its owner can name it with --public-url.")]
    Host(String),
    /// A page of somebody else's sent a write.
    #[error("Writes from pages of another origin are refused; open this server's own page.")]
    Origin,
    /// The token is not the owner's.
    #[error("The owner's token is missing or wrong; it is in run/owner.token of the server's home.")]
    NotOwner,
    /// A write without a proof of work.
    #[error("A proof of work is missing: get /api/challenge and send X-Challenge-Id and X-Challenge-Nonce.")]
    ProofMissing,
    /// A proof that this server never asked for.
    #[error("This proof of work does not belong to a challenge of this server; get a new one from /api/challenge.")]
    ProofForged,
    /// A proof that came too late.
    #[error("This challenge has expired; get a new one from /api/challenge.")]
    ProofExpired,
    /// A nonce that solves nothing.
    #[error("This nonce does not solve its challenge; send the decimal number that does.")]
    ProofWrong,
    /// A challenge that was answered before.
    #[error("This challenge was used already; each write needs its own from /api/challenge.")]
    ProofSpent,
    /// Too many writes from one address.
    #[error("That was a lot at once: at most 30 changes a minute; try again in {retry_after_secs} s.")]
    TooManyWrites {
        /// Seconds until the next is allowed.
        retry_after_secs: u64,
    },
    /// Too many event streams.
    #[error("Too many event streams are open; close other tabs, or try again in a minute.")]
    TooManyStreams,
    /// A body that does not come to its end.
    #[error("The request's body took too long to arrive.")]
    BodyTooSlow,
    /// Everything that could be remembered is full.
    #[error("The server is very busy; try again in a minute.")]
    Busy,
}

impl Refusal {
    /// Stable, for JSON and metrics.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Host(_) => "unknown_host",
            Self::Origin => "foreign_origin",
            Self::NotOwner => "not_owner",
            Self::ProofMissing => "proof_missing",
            Self::ProofForged => "proof_forged",
            Self::ProofExpired => "proof_expired",
            Self::ProofWrong => "proof_wrong",
            Self::ProofSpent => "proof_spent",
            Self::TooManyWrites { .. } => "too_many_writes",
            Self::TooManyStreams => "too_many_streams",
            Self::BodyTooSlow => "body_too_slow",
            Self::Busy => "busy",
        }
    }
}
