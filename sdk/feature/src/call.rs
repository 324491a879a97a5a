//! Calls to other features on this server.

use crate::http::HttpCall;
use crate::{Error, HttpResponse, Result};
use kandra_abi::{Status, op_kind};
use kandra_rt::op::Operation;
use serde::Serialize;
use std::fmt::Display;
use std::time::Duration;

/// Another feature on this server: its routes, called without leaving the process.
///
/// The manifest declares the capability `call` and names every feature: `calls = ["shared-counter"]`. A call is an ordinary
/// one of that feature: its own budget, its own limits, its own figures, and whoever visits this feature is known to it by
/// a name of its own. It does not outlive the call that makes it, and is cancelled with it.
///
/// The other feature may be missing, paused or busy at any time, so show something without it. Limits: 5 s unless
/// [`timeout`](FeatureCall::timeout) says otherwise and never longer than this call itself may take, 256 KiB to send, 1 MiB
/// to receive, 32 headers, 16 of this feature's calls at once, and features that call features go 4 deep. Pages and
/// widgets of this feature may of course link to the other one.
///
/// ```
/// use kandra::prelude::*;
/// # use kandra::testing::{HttpAnswer, Rig};
///
/// fn mount(routes: &mut Routes) {
///     routes.get("/summary", summary);
/// }
///
/// #[derive(Deserialize)]
/// struct Counted {
///     count: i64,
/// }
///
/// async fn summary(_req: Request, ctx: Ctx) -> Result<Response> {
///     let asked = ctx.call("shared-counter").get("/count").send().await;
///     let clicks = match asked.and_then(|answer| answer.success()?.json::<Counted>()) {
///         Ok(counted) => format!("{} clicks", counted.count),
///         Err(_) => "nobody counts just now".to_string(),
///     };
///     Response::text(clicks)
/// }
///
/// # let rig = Rig::mount(mount);
/// # rig.answer_call("shared-counter", "/count", HttpAnswer::json(&json!({ "count": 7 })));
/// # assert_eq!(rig.get("/summary").text(), "7 clicks");
/// # assert_eq!(rig.calls_asked()[0].url, "shared-counter/count");
/// # rig.answer_call("shared-counter", "/count", HttpAnswer::missing());
/// # assert_eq!(rig.get("/summary").text(), "nobody counts just now");
/// ```
#[derive(Clone, Debug)]
pub struct Neighbour {
    feature: String,
}

impl Neighbour {
    pub(crate) fn new(feature: &str) -> Self {
        Self { feature: feature.to_owned() }
    }

    /// `GET`. The path is relative to the other feature, as its routes are; what visitors gave belongs into
    /// [`segment`](FeatureCall::segment) and [`query`](FeatureCall::query), never into the text.
    pub fn get(self, path: &str) -> FeatureCall {
        FeatureCall::new(self.feature, "GET", path)
    }

    /// `POST`.
    pub fn post(self, path: &str) -> FeatureCall {
        FeatureCall::new(self.feature, "POST", path)
    }

    /// `PUT`.
    pub fn put(self, path: &str) -> FeatureCall {
        FeatureCall::new(self.feature, "PUT", path)
    }

    /// `PATCH`.
    pub fn patch(self, path: &str) -> FeatureCall {
        FeatureCall::new(self.feature, "PATCH", path)
    }

    /// `DELETE`.
    pub fn delete(self, path: &str) -> FeatureCall {
        FeatureCall::new(self.feature, "DELETE", path)
    }
}

/// A call of another feature that is being put together; [`send`](FeatureCall::send) makes it.
#[derive(Debug)]
#[must_use = "a call is made by .send().await"]
pub struct FeatureCall {
    feature: String,
    /// The same parts as those of a call to another server; its URL is the path.
    call: HttpCall,
}

#[derive(Serialize)]
struct Asked<'a> {
    feature: &'a str,
    method: &'a str,
    path: &'a str,
    headers: &'a [(String, String)],
    body: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_ms: Option<u64>,
}

impl FeatureCall {
    fn new(feature: String, method: &'static str, path: &str) -> Self {
        Self { feature, call: HttpCall::new(method, path) }
    }

    fn with(self, change: impl FnOnce(HttpCall) -> HttpCall) -> Self {
        Self { feature: self.feature, call: change(self.call) }
    }

    /// Appends a part to the path, encoded. Before any query.
    pub fn segment(self, part: impl Display) -> Self {
        self.with(|call| call.segment(part))
    }

    /// Appends `name=value` to the query, encoded.
    pub fn query(self, name: &str, value: impl Display) -> Self {
        self.with(|call| call.query(name, value))
    }

    /// Adds a header. Those that are the host's own words are refused.
    pub fn header(self, name: &str, value: impl Display) -> Self {
        self.with(|call| call.header(name, value))
    }

    /// Sends text.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.with(|call| call.text(text))
    }

    /// Sends JSON.
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> Self {
        self.with(|call| call.json(value))
    }

    /// Sends the fields of a form.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        self.with(|call| call.form(fields))
    }

    /// Sends bytes of a type.
    pub fn bytes(self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.with(|call| call.bytes(content_type, body))
    }

    /// How long the whole of it may take; 5 s when it is not said. It ends with this call in any case.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|call| call.timeout(timeout))
    }

    /// Makes the call and waits for the answer, whatever its status. Dropping the future cancels it.
    ///
    /// # Errors
    /// 503 when the other feature is not there, paused, busy or being replaced, or when this one makes too many calls at
    /// once; 502 when it failed, has no such route or answers too much; 504 when it does not answer in time; 508 when
    /// features call each other too deeply; 500 when the call cannot be made as it is, the manifest does not name the
    /// feature, or the capability `call` is not declared. The log says which, and what to do.
    pub async fn send(self) -> Result<HttpResponse> {
        let Self { feature, call } = self;
        if let Some(problem) = call.problem {
            return Err(if problem.status() == 500 { failed(&std::format!("{problem:?}")) } else { problem });
        }
        let request = call.request;
        let asked = Asked {
            feature: &feature,
            method: request.method,
            path: &request.url,
            headers: &request.headers,
            body: &request.body,
            timeout_ms: request.timeout_ms,
        };
        let output = Operation::start(op_kind::CALL, 0, &serde_json::to_vec(&asked)?).await;
        let data = output.data.as_slice();
        if output.status == Status::OK {
            return HttpResponse::read("feature", data);
        }
        Err(refused(output.status, output.number, &String::from_utf8_lossy(data)))
    }
}

#[cold]
fn refused(status: Status, number: i64, reason: &str) -> Error {
    let error = match (status, number) {
        (Status::NOT_GRANTED, 0) => return Error::of_host(status, "call").unwrap_or_else(|| failed("")),
        // What only an author meets, when the contract is tried: the probe gate shows it.
        (Status::NOT_GRANTED | Status::NOT_FOUND, _) => Error::internal(reason),
        (Status::TOO_LARGE, _) => Error::new(502, "The other feature's answer is too large."),
        (Status::QUOTA, 508) => Error::new(508, "Features on this server call each other in a circle."),
        (Status::QUOTA, _) => Error::new(503, "This feature asks others too often. Please try again in a moment."),
        (Status::UNAVAILABLE, 504) => Error::new(504, "Another feature did not answer in time."),
        (Status::UNAVAILABLE, 502) => Error::new(502, "Another feature could not answer."),
        (Status::UNAVAILABLE, 503) => Error::new(503, "Another feature that this one needs is not there just now."),
        (Status::INVALID, _) => return failed(reason),
        _ => Error::new(503, "The server is busy. Please try again."),
    };
    error.with_detail(format_args!("call: {reason}"))
}

#[cold]
fn failed(reason: &str) -> Error {
    Error::internal("This feature could not call another one.").with_detail(format_args!("call: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{HttpAnswer, Rig};
    use crate::{Ctx, Request, Response, Routes, json};

    async fn relay(req: Request, ctx: Ctx) -> Result<Response> {
        let call = ctx.call("notes").post("/notes").segment(req.param("name")?).query("q", "a b").json(&json!({ "a": 1 }));
        let answer = call.timeout(Duration::from_secs(2)).send().await?;
        Response::text(std::format!("{} {} at {}", answer.status(), answer.success()?.text()?, ctx.now()))
    }

    fn rig() -> Rig {
        let rig = Rig::mount(|routes: &mut Routes| {
            routes.get("/relay/{name}", relay);
        });
        rig.set_now(1_000);
        rig
    }

    #[test]
    fn answers_of_other_features_arrive_and_calls_are_kept() {
        let rig = rig();
        rig.answer_call("notes", "/notes/tea", HttpAnswer::text("kept").after(Duration::from_millis(500)));
        assert_eq!(rig.get("/relay/tea").text(), "200 kept at 1500");
        let asked = rig.calls_asked();
        assert_eq!((asked[0].method.as_str(), asked[0].url.as_str()), ("POST", "notes/notes/tea?q=a%20b"));
        assert_eq!(asked[0].body, b"{\"a\":1}");
        assert!(rig.http_asked().is_empty() && rig.waiting() == 0);
    }

    #[test]
    fn what_goes_wrong_can_be_tried() {
        let rig = rig();
        for (answer, status) in [
            (HttpAnswer::text("").after(Duration::from_secs(3)), 504),
            (HttpAnswer::missing(), 503),
            (HttpAnswer::text("oh").with_status(404), 502),
        ] {
            rig.answer_call("notes", "/notes/tea", answer);
            assert_eq!(rig.get("/relay/tea").status(), status);
        }
        let unknown = rig.get("/relay/coffee");
        assert!(unknown.status() == 500 && unknown.text().contains("answer_call"), "{unknown:?}");
        assert_eq!(rig.get("/relay/..").status(), 400);
    }

    #[test]
    fn each_refusal_says_what_to_do() {
        let case = |status, number| {
            let error = refused(status, number, "the reason");
            (error.status(), std::format!("{error:?}").contains("the reason"))
        };
        assert_eq!(refused(Status::NOT_GRANTED, 0, "").message(), "This feature does not declare the capability `call`.");
        assert_eq!(case(Status::NOT_GRANTED, 500), (500, true));
        assert_eq!(case(Status::TOO_LARGE, 0), (502, true));
        assert_eq!(case(Status::QUOTA, 508), (508, true));
        assert_eq!(case(Status::QUOTA, 503), (503, true));
        assert_eq!(case(Status::INVALID, 0), (500, true));
        for number in [502, 503, 504] {
            assert_eq!(case(Status::UNAVAILABLE, number), (u16::try_from(number).unwrap(), true));
        }
    }
}
