//! Calls from one feature to another, in this process.
//!
//! Arrives: a library's request, as JSON. Leaves: the other feature's answer as JSON, or a status and a reason, as with
//! calls to other servers. The call itself is an ordinary one that a worker makes, with a lease, a budget and a place of
//! its own; nothing of it runs inside the caller's poll, and it is dropped when the caller is. While a candidate is tried,
//! the contract answers.

use crate::{
    chain::{Chain, MOST_DEEP},
    feature::Feature,
    http::{Ended, Ending, doubled, refused},
    mount::Mount,
    routes::METHODS,
    serve::headers::{self, Origin},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use kandra_abi::Status;
use kandra_wire::{MAX_HEADER_VALUE, MAX_HEADERS, MAX_REQUEST_BODY};
use serde::Deserialize;
use std::{
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// The capability that [`op_kind::CALL`](kandra_abi::op_kind::CALL) needs.
pub(crate) const CALL: &str = "call";
/// The largest request, bytes of JSON: the largest body as base64, and the headers.
const MOST_REQUEST: usize = 512 << 10;
/// Calls of other features that one feature makes at once.
const AT_ONCE: usize = 16;
/// Milliseconds that a call may take when it does not say.
const USUAL_TIMEOUT_MS: u64 = 5_000;
const MOST_PATH: usize = 2_048;

/// What a library asks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    feature: String,
    method: String,
    path: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    /// Base64.
    #[serde(default)]
    body: String,
    #[serde(default = "usual")]
    timeout_ms: u64,
}

fn usual() -> u64 {
    USUAL_TIMEOUT_MS
}

/// A call of another feature that was checked.
pub(crate) struct Order {
    pub feature: String,
    pub method: String,
    /// Within the feature.
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub chain: Arc<Chain>,
    pub until: Instant,
    _counted: Counted,
}

/// A call that is counted for the feature that makes it.
struct Counted(Arc<Feature>);

impl Counted {
    fn take(feature: &Arc<Feature>) -> Option<Self> {
        let counted = Self(feature.clone());
        (of(feature).fetch_add(1, Ordering::Relaxed) < AT_ONCE).then_some(counted)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        of(&self.0).fetch_sub(1, Ordering::Relaxed);
    }
}

fn of(feature: &Feature) -> &AtomicUsize {
    &feature.calls_within
}

fn no(status: Status, number: i64, reason: impl Into<String>) -> Ending {
    Box::pin(ready((status, number, reason.into().into_bytes())))
}

/// Begins a call for the feature.
pub(crate) fn call(mount: &Mount, chain: Option<&Arc<Chain>>, request: &[u8]) -> Ending {
    let (true, Some(chain)) = (mount.calls_others, chain) else { return refused(Status::NOT_GRANTED, "") };
    let environment = &mount.feature.environment;
    let (asked, body) = match read(request) {
        Ok(read) => read,
        // While a candidate is tried its author reads the answer.
        Err(reason) if environment.doubles.is_some() => return refused(Status::NOT_FOUND, reason),
        Err(reason) => return refused(Status::INVALID, reason),
    };
    if !mount.presentation.calls.contains(&asked.feature) {
        return no(Status::NOT_GRANTED, 500, format!("This feature does not name the feature `{}` in its manifest.", asked.feature));
    }
    if let Some(doubles) = &environment.doubles {
        let double = doubles.iter().find(|double| double.answers(&asked.feature, &asked.method, &asked.path));
        return match double {
            Some(double) => Box::pin(ready(doubled(&double.answer))),
            None => {
                let Asked { feature, method, path, .. } = asked;
                refused(Status::NOT_FOUND, format!("contract.toml has no [[call]] that answers {method} {path} of {feature}"))
            }
        };
    }
    if chain.features.len() > MOST_DEEP {
        return no(Status::QUOTA, 508, format!("features may call each other {MOST_DEEP} deep: {} → {}", chain.shown(), asked.feature));
    }
    let Some(counted) = Counted::take(&mount.feature) else {
        return no(Status::QUOTA, 503, format!("{AT_ONCE} calls of other features are under way; wait for one before the next"));
    };
    let Some(live) = environment.live.get().and_then(std::sync::Weak::upgrade) else {
        return no(Status::UNAVAILABLE, 503, "this process is about to end");
    };
    let until = chain.until.min(Instant::now() + Duration::from_millis(asked.timeout_ms));
    let Asked { feature, method, path, headers, .. } = asked;
    let (path, query) = match path.split_once('?') {
        Some((path, query)) => (path.to_owned(), query.to_owned()),
        None => (path, String::new()),
    };
    live.connect(Order { feature, method, path, query, headers, body, chain: chain.clone(), until, _counted: counted })
}

fn read(request: &[u8]) -> Result<(Asked, Vec<u8>), String> {
    if request.len() > MOST_REQUEST {
        return Err(format!("the request is larger than {} KiB", MAX_REQUEST_BODY >> 10));
    }
    let asked: Asked = serde_json::from_slice(request).map_err(|error| error.to_string())?;
    if !METHODS.contains(&asked.method.as_str()) {
        return Err(format!("the method is not one of {}", METHODS.join(", ")));
    }
    if !asked.path.starts_with('/') || asked.path.len() > MOST_PATH || !asked.path.bytes().all(|b| b.is_ascii_graphic() && b != b'#') {
        return Err("the path does not begin with /, is longer than 2048 bytes or holds what has to be percent-encoded; \
                    use .segment(part) and .query(name, value)"
            .to_owned());
    }
    if asked.headers.len() > MAX_HEADERS {
        return Err(format!("there are more than {MAX_HEADERS} headers"));
    }
    for (name, value) in &asked.headers {
        let token = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
        if !token || !headers::shown(name, Origin::Shared) || matches!(name.as_str(), "host" | "content-length") {
            return Err(format!("the header {:?} is not one that a feature may set", name.chars().take(80).collect::<String>()));
        }
        if value.len() > MAX_HEADER_VALUE || value.chars().any(char::is_control) {
            return Err(format!("the value of the header {name:?} is too long or holds control characters"));
        }
    }
    let body = STANDARD.decode(&asked.body).map_err(|_| "the body is not base64".to_owned())?;
    if body.len() > MAX_REQUEST_BODY {
        return Err(format!("the body is larger than {} KiB", MAX_REQUEST_BODY >> 10));
    }
    Ok((asked, body))
}

/// An end without an answer, with the HTTP status for the caller's visitor.
pub(crate) fn ended(status: i64, reason: String) -> Ended {
    (Status::UNAVAILABLE, status, reason.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_checked_before_anybody_is_called() {
        let asked = |method: &str, path: &str, headers: &[(&str, &str)]| {
            let text = serde_json::json!({ "feature": "other", "method": method, "path": path, "headers": headers }).to_string();
            read(text.as_bytes()).map(|(asked, _)| asked.timeout_ms)
        };
        assert_eq!(asked("POST", "/a%20b?c=d", &[("content-type", "text/plain")]), Ok(USUAL_TIMEOUT_MS));
        for method in ["TASK", "SOCKET", "HEAD", "get", ""] {
            assert!(asked(method, "/", &[]).unwrap_err().contains("method"), "{method}");
        }
        for path in ["", "a", "/a b", "/a#b", "/ä", &format!("/{}", "a".repeat(MOST_PATH))] {
            assert!(asked("GET", path, &[]).unwrap_err().contains("path"), "{path}");
        }
        for name in ["kandra-socket", "x-kandra-visitor", "cookie", "X-Upper", "", "x-forwarded-for", "host"] {
            assert!(asked("GET", "/", &[(name, "x")]).unwrap_err().contains("header"), "{name}");
        }
        assert!(asked("GET", "/", &[("a", "b\r\nc")]).is_err());
        assert!(read(&vec![b' '; MOST_REQUEST + 1]).unwrap_err().contains("KiB"));
        assert!(read(br#"{"feature":"a","method":"GET","path":"/","body":"*"}"#).unwrap_err().contains("base64"));
    }
}
