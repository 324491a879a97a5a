//! Why a handler could not answer.

use crate::Response;
use kandra_abi::Status;
use std::fmt;

/// What handlers answer; `?` works on every error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed: a status and one sentence for the visitor, sent as JSON `{"error": sentence}`.
///
/// Every other error type turns into one through `?`: the visitor then gets a 500 with a calm sentence, and the error's
/// own words go to the feature's log.
///
/// ```
/// use kandra::{Error, Result};
/// fn check(title: &str) -> Result<()> {
///     if title.is_empty() {
///         return Err(Error::bad_request("a title is needed"));
///     }
///     Ok(())
/// }
/// assert_eq!(check("").unwrap_err().status(), 400);
/// ```
pub struct Error {
    status: u16,
    message: String,
    /// For the log, not for the visitor.
    detail: Option<String>,
}

impl Error {
    /// Any status from 400 to 599; another one becomes 500.
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        let status = if (400..=599).contains(&status) { status } else { 500 };
        Self { status, message: message.into(), detail: None }
    }

    /// 400: the visitor can correct the input.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    /// 403: not allowed.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, message)
    }

    /// 404: no such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, message)
    }

    /// 409: somebody else was faster.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, message)
    }

    /// 413: more than this feature takes.
    pub fn too_large(message: impl Into<String>) -> Self {
        Self::new(413, message)
    }

    /// 500: the feature's own fault.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(500, message)
    }

    /// Adds words for the feature's log, which the visitor does not see.
    #[must_use]
    pub fn with_detail(mut self, detail: impl fmt::Display) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The sentence for the visitor.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What a host function answered, as an error; `None` for `OK`.
    pub(crate) fn of_host(status: Status, what: &str) -> Option<Self> {
        Some(match status {
            Status::OK => return None,
            Status::NOT_FOUND => Self::not_found(format!("{what}: there is no such key")),
            Status::CONFLICT => Self::conflict(format!("{what}: the stored value is another")),
            Status::TOO_LARGE => Self::too_large(format!("{what}: too large")),
            Status::QUOTA if what == "publish" => Self::new(503, "publish: this feature publishes more events in a second than it may"),
            Status::QUOTA => Self::new(507, format!("{what}: this feature's storage is full")),
            // Worded for the author, who meets it when the contract is tried; the probe gate reads the name out of it.
            Status::NOT_GRANTED => Self::internal(format!("This feature does not declare the capability `{}`.", capability(what)))
                .with_detail(format_args!("{what}: add \"{}\" to `capabilities` in Cargo.toml", capability(what))),
            _ => Self::new(503, "The server is busy. Please try again.")
                .with_detail(format_args!("{what}: the host could not do it now ({status:?})")),
        })
    }

    /// Logs what the visitor is not told, and makes the answer.
    pub(crate) fn into_response(self) -> Response {
        if let Some(detail) = &self.detail {
            crate::Log::new().error(detail);
        }
        Response::from_json_bytes(serde_json::json!({ "error": self.message }).to_string().into_bytes()).with_status(self.status)
    }
}

/// The capability that a host function belongs to.
fn capability(what: &str) -> &str {
    if matches!(what, "publish" | "socket") { "events" } else { what }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.message)?;
        self.detail.as_ref().map_or(Ok(()), |detail| write!(f, " ({detail})"))
    }
}

impl<E: std::error::Error> From<E> for Error {
    #[cold]
    fn from(error: E) -> Self {
        Self::internal("This feature could not answer.").with_detail(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_granted_is_named() {
        let refused = |what| Error::of_host(Status::NOT_GRANTED, what).unwrap();
        assert_eq!((refused("kv").status(), refused("kv").message()), (500, "This feature does not declare the capability `kv`."));
        assert!(refused("publish").message().ends_with("`events`."));
    }
}
