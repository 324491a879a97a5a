//! Outgoing calls: what a feature asks through live, and what control answers.
//!
//! The same JSON travels from the library to live and from live to control, so each of them checks it with
//! [`HttpRequest::check`]. Control alone decides; what live finds out earlier only saves a round.

use kandra_model::{HTTP_METHODS, Target};
use serde::{Deserialize, Serialize};

/// The largest body that is sent, bytes.
pub const MAX_REQUEST_BODY: usize = 256 << 10;
/// The largest body that is received, bytes.
pub const MAX_RESPONSE_BODY: usize = 1 << 20;
/// Headers of one request; of an answer twice as many are kept.
pub const MAX_HEADERS: usize = 32;
/// Bytes of all headers of a request or an answer.
pub const MAX_HEADER_BYTES: usize = 16 << 10;
/// Bytes of one header's value.
pub const MAX_HEADER_VALUE: usize = 4 << 10;
/// Secrets of one request.
pub const MAX_SECRETS: usize = 4;
/// Milliseconds that a call may take in all when it does not say.
pub const HTTP_TIMEOUT_MS: u64 = 8_000;
/// Milliseconds that a call may ask for.
pub const MAX_HTTP_TIMEOUT_MS: u64 = 30_000;
/// What stands for the secret in a template.
pub const SECRET_PLACE: &str = "{secret}";

/// Numbers the calls of one live process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HttpId(pub u64);

/// What a feature asks of another server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpRequest {
    /// Upper case.
    pub method: String,
    /// `https://host/path?query`.
    pub url: String,
    /// Lower-case names.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// Base64; empty for none.
    #[serde(default)]
    pub body: String,
    /// What control puts in.
    #[serde(default)]
    pub secrets: Vec<SecretUse>,
    /// Milliseconds for all of it.
    #[serde(default = "usual_timeout")]
    pub timeout_ms: u64,
}

fn usual_timeout() -> u64 {
    HTTP_TIMEOUT_MS
}

/// A header whose value control completes with a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretUse {
    /// The secret's name.
    pub name: String,
    /// The header's name, lower case.
    pub header: String,
    /// Its value, with [`SECRET_PLACE`] once.
    pub template: String,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpResponse {
    /// HTTP status.
    pub status: u16,
    /// Lower-case names; cookies are left out.
    pub headers: Vec<(String, String)>,
    /// Base64.
    pub body: String,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HttpAnswer {
    /// The other server answered, with whatever status.
    Answered(HttpResponse),
    /// There is no answer.
    Refused {
        /// What kind of reason.
        why: HttpRefusal,
        /// In one sentence, for the author and the owner.
        reason: String,
    },
}

impl HttpAnswer {
    /// A refusal.
    pub fn refused(why: HttpRefusal, reason: impl Into<String>) -> Self {
        Self::Refused { why, reason: reason.into() }
    }
}

/// Why a call has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HttpRefusal {
    /// The manifest does not name the host, the owner has not granted it, or the secret is not bound to it.
    NotGranted,
    /// The request cannot be sent.
    Invalid,
    /// The answer is larger than allowed.
    TooLarge,
    /// Too many calls.
    Quota,
    /// It took too long.
    TimedOut,
    /// The host cannot be reached, or must not be.
    Unreachable,
    /// Control could not do it now.
    Unavailable,
}

impl HttpRequest {
    /// Checks the whole of it; `Err` says what to change.
    pub fn check(&self) -> Result<Target, String> {
        if !HTTP_METHODS.contains(&self.method.as_str()) {
            return Err(format!("the method is not one of {}", HTTP_METHODS.join(", ")));
        }
        let target = Target::parse(&self.url)?;
        if self.headers.len() + self.secrets.len() > MAX_HEADERS || self.secrets.len() > MAX_SECRETS {
            return Err(format!("there are more than {MAX_HEADERS} headers or {MAX_SECRETS} secrets"));
        }
        let mut bytes = 0;
        for (name, value) in &self.headers {
            check_header(name, value)?;
            bytes += name.len() + value.len();
        }
        for secret in &self.secrets {
            check_header(&secret.header, &secret.template)?;
            bytes += secret.header.len() + secret.template.len();
            if !is_secret_name(&secret.name) {
                return Err("a secret's name is 1 to 40 letters, digits, - and _".to_owned());
            }
            if secret.template.matches(SECRET_PLACE).count() != 1 {
                return Err(format!("the template of the header {:?} does not hold {SECRET_PLACE} once", secret.header));
            }
            let twice = self.secrets.iter().filter(|other| other.header == secret.header).count() > 1;
            if twice || self.headers.iter().any(|(name, _)| *name == secret.header) {
                return Err(format!("the header {:?} is set twice", secret.header));
            }
        }
        if bytes > MAX_HEADER_BYTES {
            return Err(format!("the headers are larger than {} KiB", MAX_HEADER_BYTES >> 10));
        }
        // Base64 of so many bytes.
        if self.body.len() > MAX_REQUEST_BODY.div_ceil(3) * 4 {
            return Err(format!("the body is larger than {} KiB", MAX_REQUEST_BODY >> 10));
        }
        if !self.body.is_empty() && ["GET", "HEAD"].contains(&self.method.as_str()) {
            return Err(format!("{} carries no body", self.method));
        }
        if !(1..=MAX_HTTP_TIMEOUT_MS).contains(&self.timeout_ms) {
            return Err(format!("the timeout is not between 1 and {MAX_HTTP_TIMEOUT_MS} ms"));
        }
        Ok(target)
    }
}

/// Whether this can be a secret's name.
pub fn is_secret_name(name: &str) -> bool {
    (1..=40).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// What the client itself says, what would speak for somebody else, and what would change how the request is read.
const NOT_THEIRS: [&str; 18] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "keep-alive",
    "expect",
    "accept-encoding",
    "cookie",
    "cookie2",
    "set-cookie",
    "via",
    "forwarded",
    "origin",
    "http2-settings",
    "alt-used",
];
const NOT_THEIRS_BEGINS: [&str; 3] = ["proxy-", "sec-", "x-forwarded-"];

fn check_header(name: &str, value: &str) -> Result<(), String> {
    let token = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.!#$%&'*+^`|~".contains(&b);
    if name.is_empty() || name.len() > 64 || !name.bytes().all(token) {
        return Err(format!("{:?} is not the name of a header in lower case", name.chars().take(80).collect::<String>()));
    }
    if NOT_THEIRS.contains(&name) || NOT_THEIRS_BEGINS.iter().any(|start| name.starts_with(start)) {
        return Err(format!("the header {name:?} is not a feature's to set"));
    }
    if value.len() > MAX_HEADER_VALUE || !value.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return Err(format!("the value of the header {name:?} is longer than 4 KiB or not visible ASCII"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> HttpRequest {
        serde_json::from_str(r#"{"method":"POST","url":"https://api.example.com/rate"}"#).unwrap()
    }

    #[test]
    fn a_request_is_checked_in_every_part() {
        assert_eq!(request().check().unwrap().host.as_str(), "api.example.com");
        let refused = |change: &dyn Fn(&mut HttpRequest)| {
            let mut request = request();
            change(&mut request);
            request.check().unwrap_err()
        };
        let header = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        for method in ["CONNECT", "TRACE", "get", ""] {
            assert!(refused(&|r| r.method = method.to_owned()).contains("method"));
        }
        assert!(refused(&|r| r.url = "https://127.0.0.1/".to_owned()).contains("name of a host"));
        for name in [
            "host",
            "cookie",
            "connection",
            "proxy-authorization",
            "sec-fetch-site",
            "x-forwarded-for",
            "transfer-encoding",
            "content-length",
        ] {
            assert!(refused(&|r| r.headers = header(name, "x")).contains("not a feature's"), "{name}");
        }
        for name in ["", "Accept", "a b", "a\r\nhost", "ä"] {
            assert!(refused(&|r| r.headers = header(name, "x")).contains("name of a header"), "{name}");
        }
        for value in ["a\r\nhost: b", "ä", "\0", &"x".repeat(MAX_HEADER_VALUE + 1)] {
            assert!(refused(&|r| r.headers = header("accept", value)).contains("visible ASCII"));
        }
        assert!(refused(&|r| r.headers = vec![("a".to_owned(), "x".to_owned()); MAX_HEADERS + 1]).contains("more than"));
        assert!(refused(&|r| r.headers = vec![("a".to_owned(), "x".repeat(4_000)); 5]).contains("larger than 16 KiB"));
        assert!(refused(&|r| r.body = "A".repeat(MAX_REQUEST_BODY * 4 / 3 + 8)).contains("256 KiB"));
        assert!(
            refused(&|r| {
                r.method = "GET".to_owned();
                r.body = "AA==".to_owned();
            })
            .contains("no body")
        );
        for timeout in [0, MAX_HTTP_TIMEOUT_MS + 1] {
            assert!(refused(&|r| r.timeout_ms = timeout).contains("timeout"));
        }
        assert!(serde_json::from_str::<HttpRequest>(r#"{"method":"GET","url":"","proxy":1}"#).is_err());
    }

    #[test]
    fn a_secret_goes_into_one_header_of_its_own() {
        let secret = |name: &str, header: &str, template: &str| SecretUse {
            name: name.to_owned(),
            header: header.to_owned(),
            template: template.to_owned(),
        };
        let good = secret("weather", "authorization", "Bearer {secret}");
        let check = |secrets: Vec<SecretUse>| HttpRequest { secrets, ..request() }.check();
        assert!(check(vec![good.clone()]).is_ok());
        for bad in [
            secret("", "authorization", "{secret}"),
            secret("a b", "authorization", "{secret}"),
            secret("a", "cookie", "{secret}"),
            secret("a", "authorization", "nothing"),
            secret("a", "authorization", "{secret}{secret}"),
            secret("a", "authorization", "{secret}\r\nhost: x"),
        ] {
            assert!(check(vec![bad.clone()]).is_err(), "{bad:?}");
        }
        assert!(check(vec![good.clone(), good.clone()]).is_err());
        let both = HttpRequest { headers: vec![("authorization".to_owned(), "x".to_owned())], secrets: vec![good], ..request() };
        assert!(both.check().is_err());
        let many = (0..=MAX_SECRETS).map(|n| secret("a", &format!("x-{n}"), "{secret}")).collect();
        assert!(check(many).is_err());
    }

    #[test]
    fn the_largest_answer_and_the_largest_request_fit_into_a_frame() {
        // A quote takes two bytes in JSON.
        let headers = vec![("\"".repeat(64), "\"".repeat(448)); MAX_HEADER_BYTES / 512];
        let response = HttpResponse { status: 200, headers: headers.clone(), body: "A".repeat(MAX_RESPONSE_BODY.div_ceil(3) * 4) };
        let answer = crate::ToLive::HttpAnswer { id: HttpId(u64::MAX), answer: HttpAnswer::Answered(response) };
        assert!(serde_json::to_vec(&answer).unwrap().len() < crate::MAX_FRAME / 2);
        let request = HttpRequest { headers, body: "A".repeat(MAX_REQUEST_BODY.div_ceil(3) * 4), ..request() };
        assert!(serde_json::to_vec(&request).unwrap().len() < 512 << 10);
    }
}
