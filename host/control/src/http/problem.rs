//! Every refusal as an RFC 9457 problem document, and the one place where each gets its HTTP status.

use crate::app::AppError;
use crate::guard::Refusal;
use actix_web::error::{JsonPayloadError, PathError, QueryPayloadError};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use kandra_model::Finding;
use kandra_store::{StoreError, TrailError};
use serde_json::{Map, Value, json};
use std::error::Error;
use std::fmt;

/// What a client gets instead of an answer.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    sentence: String,
    members: Map<String, Value>,
    retry_after_secs: Option<u64>,
}

impl Problem {
    /// With a stable code and a sentence that says what to do.
    pub(crate) fn new(status: StatusCode, code: &'static str, sentence: impl AsRef<str>) -> Self {
        Self { status, code, sentence: tidy(sentence.as_ref()), members: Map::new(), retry_after_secs: None }
    }

    /// A value that cannot be accepted.
    pub(crate) fn invalid(field: &str, message: &str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", format!("{field}: {message}")).with("field", json!(field))
    }

    /// Nothing is at this path.
    fn no_such_path(path: &str) -> Self {
        let path: String = path.chars().take(100).collect();
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("There is nothing at {path}; /openapi.json lists what there is."))
    }

    /// The path exists, the method does not.
    pub(crate) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "This path does not take this method; /openapi.json lists what it takes.",
        )
    }

    /// With a further member.
    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.members.insert(name.to_owned(), value);
        self
    }

    fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_secs = Some(seconds);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.sentence, self.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "detail": self.sentence,
            "code": self.code,
            "error": self.sentence,
        });
        for (name, value) in &self.members {
            body[name] = value.clone();
        }
        let mut response = HttpResponse::build(self.status);
        if let Some(seconds) = self.retry_after_secs {
            response.insert_header((RETRY_AFTER, seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        response.insert_header((CONTENT_TYPE, "application/problem+json")).body(body.to_string())
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        use StatusCode as S;
        let status = match &error {
            AppError::NotFound { .. } | AppError::Store(StoreError::NotFound(_)) => S::NOT_FOUND,
            AppError::Trail(TrailError::NoCommit(_)) => S::NOT_FOUND,
            AppError::Invalid { .. } | AppError::Refused(_) => S::UNPROCESSABLE_ENTITY,
            AppError::Store(StoreError::Cursor(_)) => S::BAD_REQUEST,
            AppError::Forbidden(_) | AppError::Store(StoreError::Forbidden(_)) => S::FORBIDDEN,
            AppError::FeatureState { .. }
            | AppError::Pinned { .. }
            | AppError::Stale { .. }
            | AppError::UncommittedEdit { .. }
            | AppError::RunState(_) => S::CONFLICT,
            AppError::Store(StoreError::Conflict(_) | StoreError::RequestState { .. } | StoreError::RunState { .. }) => S::CONFLICT,
            AppError::TooMany(_) | AppError::Store(StoreError::Limit(_)) => S::TOO_MANY_REQUESTS,
            AppError::NotReady(_) | AppError::LiveUnavailable | AppError::NotReplaced(_) | AppError::Stopping => S::SERVICE_UNAVAILABLE,
            AppError::Store(StoreError::Busy | StoreError::Closed) | AppError::Trail(TrailError::Busy | TrailError::Closed) => {
                S::SERVICE_UNAVAILABLE
            }
            AppError::Store(_) | AppError::Trail(_) | AppError::Internal(_) => S::INTERNAL_SERVER_ERROR,
        };
        let problem = match status {
            S::INTERNAL_SERVER_ERROR => {
                tracing::error!(chain = chain(&error), "an operation failed");
                Self::new(status, error.code(), "Something went wrong on our side and nothing was changed; the server's log says what.")
            }
            _ => Self::new(status, error.code(), error.to_string()),
        };
        let problem = if status == S::SERVICE_UNAVAILABLE { problem.retry_after(2) } else { problem };
        match error {
            AppError::Invalid { field, .. } => problem.with("field", json!(field)),
            AppError::Stale { current, diff, .. } => problem.with("current", json!(current)).with("diff", json!(diff)),
            AppError::UncommittedEdit { paths, .. } => problem.with("paths", json!(paths)),
            AppError::Refused(findings) => problem.with("stage", json!(stage_of(&findings))).with("findings", json!(findings)),
            _ => problem,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        AppError::from(error).into()
    }
}

impl From<TrailError> for Problem {
    fn from(error: TrailError) -> Self {
        AppError::from(error).into()
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        use StatusCode as S;
        let status = match refusal {
            Refusal::Host(_) => S::MISDIRECTED_REQUEST,
            Refusal::NotOwner => S::UNAUTHORIZED,
            Refusal::Origin
            | Refusal::ProofMissing
            | Refusal::ProofForged
            | Refusal::ProofExpired
            | Refusal::ProofWrong
            | Refusal::ProofSpent => S::FORBIDDEN,
            Refusal::TooManyWrites { .. } | Refusal::TooManyStreams => S::TOO_MANY_REQUESTS,
            Refusal::BodyTooSlow => S::REQUEST_TIMEOUT,
            Refusal::Busy => S::SERVICE_UNAVAILABLE,
        };
        let problem = Self::new(status, refusal.code(), refusal.to_string());
        match refusal {
            Refusal::TooManyWrites { retry_after_secs } => problem.retry_after(retry_after_secs),
            Refusal::TooManyStreams | Refusal::Busy => problem.retry_after(60),
            _ => problem,
        }
    }
}

/// The answer to a request for something that is not there.
pub(crate) fn not_found(request: &HttpRequest) -> HttpResponse {
    Problem::no_such_path(request.path()).error_response()
}

/// A body that is not what the endpoint takes.
pub(super) fn from_body(error: &JsonPayloadError) -> Problem {
    use StatusCode as S;
    match error {
        JsonPayloadError::OverflowKnownLength { limit, .. } | JsonPayloadError::Overflow { limit } => Problem::new(
            S::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("The body is larger than the {} KiB that this path takes.", limit >> 10),
        ),
        JsonPayloadError::ContentType => {
            Problem::new(S::UNSUPPORTED_MEDIA_TYPE, "not_json", "Send the body as JSON, with Content-Type: application/json.")
        }
        JsonPayloadError::Deserialize(error) => Problem::new(S::BAD_REQUEST, "malformed", format!("The body does not fit: {error}.")),
        _ => Problem::new(S::BAD_REQUEST, "malformed", "The body could not be read; send it again."),
    }
}

/// A path whose parts are no ids.
pub(super) fn from_path(_: &PathError) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "There is no such thing: the path holds an id or a name that is none.")
}

/// A query that is not what the endpoint takes.
pub(super) fn from_query(error: &QueryPayloadError) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "malformed", format!("The query does not fit: {error}."))
}

/// The gate that refused, by the form of its codes.
fn stage_of(findings: &[Finding]) -> &str {
    match findings.first().map(|finding| finding.code.as_str()) {
        Some(code) if code.contains('/') => code.split('/').next().unwrap_or("source"),
        Some(code) if code.starts_with('K') => "lint",
        Some(_) => "build",
        None => "source",
    }
}

/// A sentence: first letter upper case unless it begins with a name such as `base_revision`, a full stop at the end.
fn tidy(text: &str) -> String {
    let text = text.trim();
    let is_name = text.split(' ').next().is_some_and(|word| word.contains('_'));
    let mut characters = text.chars();
    let mut sentence: String = match characters.next() {
        Some(first) if !is_name => first.to_uppercase().chain(characters).collect(),
        _ => text.to_owned(),
    };
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

/// An error with its causes, for the operator.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_begin_and_end_as_such_but_names_stay() {
        assert_eq!(tidy("the feature poll is at revision 3 now"), "The feature poll is at revision 3 now.");
        assert_eq!(tidy("base_revision: there is no revision 7"), "base_revision: there is no revision 7.");
        assert_eq!(tidy("ähnlich!"), "Ähnlich!");
    }
}
