//! What other servers and other features answer in a test.

use crate::base64;
use kandra_abi::Status;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

/// What another server or feature answers in a test: [`Rig::answer_http`](super::Rig::answer_http),
/// [`Rig::answer_call`](super::Rig::answer_call).
#[derive(Clone, Debug)]
pub struct HttpAnswer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    refused: Option<(Status, i64, String)>,
    pub(super) after: Duration,
}

impl HttpAnswer {
    /// 200 with JSON.
    ///
    /// # Panics
    /// When the value cannot be JSON.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Self {
        let body = serde_json::to_vec(value).expect("the answer can be JSON");
        Self::text("").with_header("content-type", "application/json").with_body(body)
    }

    /// 200 with text.
    pub fn text(text: impl Into<String>) -> Self {
        let (headers, body) = (Vec::new(), text.into().into_bytes());
        Self { status: 200, headers, body, refused: None, after: Duration::ZERO }
    }

    /// No answer, since the owner has not granted the host, as before every first grant.
    pub fn not_granted() -> Self {
        Self { refused: Some((Status::NOT_GRANTED, 0, "the owner has not granted this host".to_owned())), ..Self::text("") }
    }

    /// No answer, since the server cannot be reached.
    pub fn unreachable() -> Self {
        Self { refused: Some((Status::UNAVAILABLE, 502, "the server cannot be reached".to_owned())), ..Self::text("") }
    }

    /// No answer, since there is no such feature just now.
    pub fn missing() -> Self {
        Self { refused: Some((Status::UNAVAILABLE, 503, "there is no such feature".to_owned())), ..Self::text("") }
    }

    /// With another status.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// With a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }

    /// With these bytes.
    #[must_use]
    pub fn with_body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// After so long, by the rig's clock: longer than the call's timeout and the handler gets 504.
    #[must_use]
    pub fn after(self, after: Duration) -> Self {
        Self { after, ..self }
    }

    pub(super) fn ended(&self) -> (Status, i64, Vec<u8>) {
        match &self.refused {
            Some((status, number, reason)) => (*status, *number, reason.clone().into_bytes()),
            None => {
                let answer: Value = json!({ "status": self.status, "headers": self.headers, "body": base64::encode(&self.body) });
                (Status::OK, 0, answer.to_string().into_bytes())
            }
        }
    }
}

/// A call that a handler made in a test: [`Rig::http_asked`](super::Rig::http_asked),
/// [`Rig::calls_asked`](super::Rig::calls_asked).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAsked {
    /// Upper case.
    pub method: String,
    /// With the query.
    pub url: String,
    /// Lower-case names.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// The names of the secrets that the owner's side would have put in.
    pub secrets: Vec<String>,
}

/// What is answered to whom, and what was asked.
#[derive(Default)]
pub(super) struct Answers {
    by_url: Vec<(String, HttpAnswer)>,
    pub(super) asked: Vec<HttpAsked>,
}

impl Answers {
    pub(super) fn set(&mut self, url: String, answer: HttpAnswer) {
        self.by_url.retain(|(registered, _)| *registered != url);
        self.by_url.push((url, answer));
    }

    /// What will be answered, and when.
    pub(super) fn ask<S: Sent>(&mut self, now: i64, request: &[u8]) -> (i64, (Status, i64, Vec<u8>)) {
        let (asked, timeout_ms) = match serde_json::from_slice::<S>(request) {
            Ok(sent) => sent.read(),
            Err(error) => return (now, (Status::INVALID, 0, error.to_string().into_bytes())),
        };
        let exact = self.by_url.iter().find(|(registered, _)| *registered == asked.url);
        let found = exact.or_else(|| self.by_url.iter().find(|(registered, _)| fits(registered, &asked.url)));
        let (millis, ended) = match found {
            None => {
                let reason = format!("the test has no answer for {}: say it with rig.{}(…)", asked.url, S::REGISTERED_BY);
                (0, (Status::NOT_FOUND, 0, reason.into_bytes()))
            }
            Some((_, answer)) => match u64::try_from(answer.after.as_millis()) {
                Ok(millis) if millis <= timeout_ms => (millis, answer.ended()),
                _ => (timeout_ms, (Status::UNAVAILABLE, 504, b"the answer came too late".to_vec())),
            },
        };
        self.asked.push(asked);
        (now.saturating_add_unsigned(millis), ended)
    }
}

/// What the SDK sends.
pub(super) trait Sent: for<'de> Deserialize<'de> {
    const REGISTERED_BY: &'static str;
    /// And how long it may take, milliseconds.
    fn read(self) -> (HttpAsked, u64);
}

#[derive(Deserialize)]
pub(super) struct HttpSent {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: String,
    secrets: Vec<Named>,
    timeout_ms: Option<u64>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

impl Sent for HttpSent {
    const REGISTERED_BY: &'static str = "answer_http";

    fn read(self) -> (HttpAsked, u64) {
        let asked = HttpAsked {
            method: self.method,
            url: self.url,
            headers: self.headers,
            body: base64::decode(&self.body).unwrap_or_default(),
            secrets: self.secrets.into_iter().map(|secret| secret.name).collect(),
        };
        (asked, self.timeout_ms.unwrap_or(8_000))
    }
}

#[derive(Deserialize)]
pub(super) struct CallSent {
    feature: String,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
    timeout_ms: Option<u64>,
}

impl Sent for CallSent {
    const REGISTERED_BY: &'static str = "answer_call";

    fn read(self) -> (HttpAsked, u64) {
        let asked = HttpAsked {
            method: self.method,
            url: self.feature + &self.path,
            headers: self.headers,
            body: base64::decode(&self.body).unwrap_or_default(),
            secrets: Vec::new(),
        };
        (asked, self.timeout_ms.unwrap_or(5_000))
    }
}

/// Whether an answer for `registered` is one for a call of `url`: with a query exactly, without one whatever the query.
fn fits(registered: &str, url: &str) -> bool {
    if registered.contains('?') { registered == url } else { url.split('?').next() == Some(registered) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ctx, Request, Response, Result, Routes, testing::Rig};

    async fn rate(req: Request, ctx: Ctx) -> Result<Response> {
        let call = ctx.http().post("https://api.example.com/rate").query("base", req.param("base")?).json(&json!({ "a": 1 }));
        let answer = call.secret("rates", "Authorization", "Bearer {secret}").timeout(Duration::from_secs(3)).send().await?;
        let kind = answer.header("Content-Type").unwrap_or("none").to_owned();
        Response::text(format!("{} {kind} {} at {}", answer.status(), answer.success()?.text()?, ctx.now()))
    }

    fn rig() -> Rig {
        let rig = Rig::mount(|routes: &mut Routes| {
            routes.get("/rate/{base}", rate);
        });
        rig.set_now(1_000);
        rig
    }

    #[test]
    fn canned_answers_arrive_and_calls_are_kept() {
        let rig = rig();
        rig.answer_http("https://api.example.com/rate", HttpAnswer::text("0.92").with_header("Content-Type", "text/plain"));
        assert_eq!(rig.get("/rate/usd").text(), "200 text/plain 0.92 at 1000");
        rig.answer_http("https://api.example.com/rate?base=eur", HttpAnswer::json(&1).after(Duration::from_millis(500)));
        assert_eq!(rig.get("/rate/eur").text(), "200 application/json 1 at 1500");
        let asked = rig.http_asked();
        assert_eq!((asked.len(), asked[0].method.as_str(), asked[0].body.as_slice()), (2, "POST", &b"{\"a\":1}"[..]));
        assert_eq!(asked[0].secrets, ["rates"]);
        assert!(!asked[0].headers.iter().any(|(name, _)| name == "authorization"));
        assert_eq!(rig.waiting(), 0);
    }

    #[test]
    fn what_goes_wrong_can_be_tried() {
        let rig = rig();
        for (answer, status) in [
            (HttpAnswer::text("").after(Duration::from_secs(4)), 504),
            (HttpAnswer::unreachable(), 502),
            (HttpAnswer::not_granted(), 503),
            (HttpAnswer::text("oh").with_status(500), 502),
        ] {
            rig.answer_http("https://api.example.com/rate", answer);
            assert_eq!(rig.get("/rate/usd").status(), status);
        }
        let unknown = Rig::mount(|routes: &mut Routes| {
            routes.get("/rate/{base}", rate);
        })
        .get("/rate/usd");
        assert!(unknown.status() == 500 && unknown.text().contains("answer_http"), "{unknown:?}");
    }
}
