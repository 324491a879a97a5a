//! The headers that every answer of control carries.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};

/// The one-time value that lets a page's own scripts and styles run; in the request's extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Nonce(String);

impl Nonce {
    pub(crate) fn generate() -> Self {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).expect("the kernel gives random bytes");
        Self(BASE64_STANDARD_NO_PAD.encode(bytes))
    }

    /// As it stands in the `nonce` attribute.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a page needs to reach besides control itself.
pub(super) struct Reach {
    /// Live, for the page's own event connection.
    live: String,
    /// Live, for frames; a pattern when every feature has an origin of its own.
    frames: String,
}

impl Reach {
    /// From live's origin, which may contain `{slug}`. The page itself uses the reserved label `kandra` then.
    pub(super) fn of(live: &str) -> Self {
        Self { live: live.replace("{slug}", "kandra"), frames: live.replace("{slug}", "*") }
    }
}

const FIXED: [(HeaderName, &str); 6] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// Adds them to an answer.
pub(super) fn apply(headers: &mut HeaderMap, nonce: &Nonce, reach: &Reach) {
    // Ports share cookies with live: control neither sets nor reads any.
    headers.remove(SET_COOKIE);
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let policy = if kind.starts_with("text/html") {
        page(nonce, reach)
    } else if kind.contains("javascript") {
        // A worker obeys the policy of its own file.
        format!("default-src 'none'; script-src 'self'; connect-src 'self' {}", reach.live)
    } else {
        "default-src 'none'; frame-ancestors 'none'".to_owned()
    };
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

fn page(nonce: &Nonce, reach: &Reach) -> String {
    let (nonce, Reach { live, frames }) = (nonce.as_str(), reach);
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self' {live}; frame-src {frames}; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}
