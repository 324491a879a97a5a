//! Answers on their way out: the feature's, fenced in, and the host's own.

use super::{
    headers::{self, Content, Origin},
    page,
    site::Site,
};
use crate::{body::Body, call::Answered, failure::Failure, routes::Kind};
use actix_web::{
    HttpResponse,
    body::{BodySize, BoxBody, MessageBody},
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
};
use bytes::Bytes;
use std::{
    pin::Pin,
    task::{Context, Poll},
};

/// A body of either kind.
pub(crate) enum Outgoing {
    Of(Body),
    Boxed(BoxBody),
}

impl MessageBody for Outgoing {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        match self {
            Self::Of(body) => body.size(),
            Self::Boxed(body) => body.size(),
        }
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        match self.get_mut() {
            Self::Of(body) => Pin::new(body).poll_next(cx).map_err(Into::into),
            Self::Boxed(body) => Pin::new(body).poll_next(cx),
        }
    }

    fn try_into_bytes(self) -> Result<Bytes, Self> {
        match self {
            Self::Of(Body::Whole(bytes)) => Ok(bytes),
            other => Err(other),
        }
    }
}

impl From<Bytes> for Outgoing {
    fn from(bytes: Bytes) -> Self {
        Self::Of(Body::Whole(bytes))
    }
}

pub(crate) type Response = HttpResponse<Outgoing>;

/// An answer of the host's own with a body.
pub(crate) fn own(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Response {
    let mut response = HttpResponse::with_body(status_code(status), Outgoing::from(body.into()));
    let headers = response.headers_mut();
    if !content_type.is_empty() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    common(headers);
    response
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// What every answer carries.
fn common(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}

/// What every answer carries that a browser may show as a document.
fn fence(headers: &mut HeaderMap, site: &Site) {
    headers.insert(header::CONTENT_SECURITY_POLICY, site.policy.clone());
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

/// A feature's answer.
pub(crate) fn answer(answered: Answered, site: &Site) -> Response {
    let status = answered.status();
    let (mut content, mut bytes, mut count) = (None, 0, 0);
    let mut response = HttpResponse::with_body(status_code(status), Outgoing::from(Bytes::new()));
    let map = response.headers_mut();
    common(map);
    let slug = answered.mount().feature.slug.as_str();
    for (name, value) in answered.headers() {
        count += 1;
        bytes += name.len() + value.len();
        if count > headers::MOST_HEADERS || bytes > headers::MOST_BYTES {
            tracing::debug!(feature = slug, "an answer has too many headers; the rest is left out");
            break;
        }
        let Ok(name) = HeaderName::try_from(name) else { continue };
        if !headers::settable(name.as_str(), site.origin) {
            continue;
        }
        if name == header::CONTENT_TYPE {
            if let Some((value, kind)) = Content::header(value) {
                map.insert(name, value);
                content = Some(kind);
            }
            continue;
        }
        let value =
            if name == header::LOCATION { HeaderValue::try_from(headers::location(slug, value)) } else { HeaderValue::try_from(value) };
        if let Ok(value) = value {
            map.append(name, value);
        }
    }
    let has_body = !answered.body().is_empty();
    if has_body && content.is_none() {
        map.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    }
    // Without a type, a browser might guess one.
    if content.map_or(has_body, |content| content != Content::Harmless) {
        fence(map, site);
    }
    let body = if matches!(status, 204 | 205 | 304) {
        // These have no body; bytes after their head would be read as the next answer.
        Body::Whole(Bytes::new())
    } else if content == Some(Content::Html) {
        let language = map.get(header::CONTENT_LANGUAGE).and_then(|value| value.to_str().ok());
        let language = language.filter(|language| is_language(language)).unwrap_or("en");
        Body::Whole(html(&answered, language).into())
    } else {
        answered.into_body()
    };
    response.set_body(Outgoing::Of(body))
}

fn html(answered: &Answered, language: &str) -> Vec<u8> {
    let mount = answered.mount();
    let slug = mount.feature.slug.as_str();
    match mount.routes.all()[answered.route].kind {
        Kind::Widget => page::document(slug, &mount.presentation.title, language, answered.body()),
        _ => page::inject(slug, answered.body()),
    }
}

fn is_language(text: &str) -> bool {
    (2..=35).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// What the visitor is told in a feature's place: a small page for people, a problem document for programs.
pub(crate) fn failure(failure: &Failure, reader: Reader, site: Option<&Site>) -> Response {
    let status = failure.status();
    let title = status_code(status).canonical_reason().unwrap_or("Error");
    let mut response = match reader {
        Reader::Person => own(status, "text/html; charset=utf-8", page::notice(title, &failure.sentence())),
        Reader::Program => {
            let problem = serde_json::json!({
                "type": "about:blank", "title": title, "status": status, "detail": failure.sentence(), "code": failure.code(),
                "error": failure.sentence(), "id": failure.fault().map(|(_, id)| id),
            });
            own(status, "application/problem+json", problem.to_string())
        }
    };
    let headers = response.headers_mut();
    match site {
        Some(site) => fence(headers, site),
        None => {
            drop(headers.insert(
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static("sandbox; default-src 'none'; style-src 'unsafe-inline'"),
            ))
        }
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Failure::Method { allowed } = failure
        && let Ok(allowed) = HeaderValue::try_from(allowed.join(", "))
    {
        headers.insert(header::ALLOW, allowed);
    }
    if let Failure::Rests { seconds } = failure {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    } else if matches!(status, 429 | 503) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}

/// Who reads an answer of the host's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    Person,
    Program,
}

impl Reader {
    /// From the `Accept` header: only a browser that navigates asks for HTML by name.
    pub fn of(headers: &HeaderMap) -> Self {
        let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
        if accept.contains("text/html") { Self::Person } else { Self::Program }
    }
}

/// The answer to a browser that asks whether it may call a feature. No credentials: live has none.
pub(crate) fn preflight(requested_headers: Option<&HeaderValue>, origin: Origin) -> Response {
    let mut response = own(204, "", Bytes::new());
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE"));
    let plain =
        |value: &&HeaderValue| value.len() <= 1_000 && value.as_bytes().iter().all(|b| b.is_ascii_alphanumeric() || b"-_, ".contains(b));
    let allowed = requested_headers.filter(plain).cloned();
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed.unwrap_or(HeaderValue::from_static("content-type, x-kandra-visitor")));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    if origin == Origin::Shared {
        headers.insert(header::VARY, HeaderValue::from_static("access-control-request-headers"));
    }
    response
}
