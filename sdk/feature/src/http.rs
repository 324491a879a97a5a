//! Calls to other servers.

use crate::{Error, Result, base64};
use kandra_abi::{Status, op_kind};
use kandra_rt::op::Operation;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fmt::Display;
use std::time::Duration;

/// Calls to other servers, over https, made by the host.
///
/// The manifest declares the capability `http` and names every host: `hosts = ["api.example.com"]`. The owner then grants
/// each host; until that is done a call fails with 503 and the log says what the owner has to do, so show something
/// without it. A key is never part of a feature: the owner keeps it under a name, bound to its hosts, and
/// [`secret`](HttpCall::secret) names it.
///
/// Limits: https on its usual port, a host's name and not its address, public addresses only, at most 3 redirects to hosts
/// that are granted too, 8 s unless [`timeout`](HttpCall::timeout) says otherwise, 256 KiB to send, 1 MiB to receive, 32
/// headers, 120 calls in a minute, of which 8 are made at once and the others wait. Nothing is unpacked: the host asks for plain answers. There are no cookies. Keep
/// what was answered in [`Kv`](crate::Kv) with an expiry rather than ask for each visitor.
///
/// ```
/// use kandra::prelude::*;
/// # use kandra::testing::{HttpAnswer, Rig};
///
/// fn mount(routes: &mut Routes) {
///     routes.get("/rate", rate);
/// }
///
/// #[derive(Deserialize)]
/// struct Rates {
///     eur: f64,
/// }
///
/// async fn rate(_req: Request, ctx: Ctx) -> Result<Response> {
///     if let Some(kept) = ctx.kv().get("eur").await? {
///         return Response::text(kept);
///     }
///     let call = ctx.http().get("https://api.example.com/rate").query("base", "usd");
///     let rates: Rates = call.secret("rates", "authorization", "Bearer {secret}").send().await?.success()?.json()?;
///     ctx.kv().set_for("eur", &rates.eur.to_string(), Duration::from_secs(600)).await?;
///     Response::text(rates.eur.to_string())
/// }
///
/// # let rig = Rig::mount(mount);
/// # rig.answer_http("https://api.example.com/rate", HttpAnswer::json(&json!({ "eur": 0.92 })));
/// # assert_eq!(rig.get("/rate").text(), "0.92");
/// # assert_eq!(rig.get("/rate").text(), "0.92");
/// # let asked = rig.http_asked();
/// # assert_eq!(asked.len(), 1);
/// # assert_eq!(asked[0].url, "https://api.example.com/rate?base=usd");
/// # assert_eq!(asked[0].secrets, ["rates"]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Http {
    _private: (),
}

impl Http {
    pub(crate) fn new() -> Self {
        Self { _private: () }
    }

    /// `GET`. The URL is `https://host/path`; what visitors gave belongs into [`segment`](HttpCall::segment) and
    /// [`query`](HttpCall::query), never into the text.
    pub fn get(self, url: &str) -> HttpCall {
        HttpCall::new("GET", url)
    }

    /// `HEAD`.
    pub fn head(self, url: &str) -> HttpCall {
        HttpCall::new("HEAD", url)
    }

    /// `POST`.
    pub fn post(self, url: &str) -> HttpCall {
        HttpCall::new("POST", url)
    }

    /// `PUT`.
    pub fn put(self, url: &str) -> HttpCall {
        HttpCall::new("PUT", url)
    }

    /// `PATCH`.
    pub fn patch(self, url: &str) -> HttpCall {
        HttpCall::new("PATCH", url)
    }

    /// `DELETE`.
    pub fn delete(self, url: &str) -> HttpCall {
        HttpCall::new("DELETE", url)
    }
}

/// The largest body that is sent, bytes.
const MOST_BODY: usize = 256 << 10;

/// A call that is being put together; [`send`](HttpCall::send) makes it.
#[derive(Debug)]
#[must_use = "a call is made by .send().await"]
pub struct HttpCall {
    pub(crate) request: Asked,
    /// The first thing that cannot be sent.
    pub(crate) problem: Option<Error>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Asked {
    pub(crate) method: &'static str,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    secrets: Vec<Secret>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) timeout_ms: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Secret {
    name: String,
    header: String,
    template: String,
}

impl HttpCall {
    pub(crate) fn new(method: &'static str, url: &str) -> Self {
        let request =
            Asked { method, url: url.to_owned(), headers: Vec::new(), body: String::new(), secrets: Vec::new(), timeout_ms: None };
        Self { request, problem: None }
    }

    /// Appends a part to the path, encoded: `/` and a visitor's words cannot lead elsewhere. Before any query.
    pub fn segment(mut self, part: impl Display) -> Self {
        let part = part.to_string();
        if part.is_empty() || part == "." || part == ".." {
            self.refuse(|| Error::bad_request("That name cannot be part of an address."));
        } else if self.request.url.contains('?') {
            self.refuse(|| failed("segments come before the query"));
        }
        if !self.request.url.ends_with('/') {
            self.request.url.push('/');
        }
        encode(&part, &mut self.request.url);
        self
    }

    /// Appends `name=value` to the query, encoded.
    pub fn query(mut self, name: &str, value: impl Display) -> Self {
        self.request.url.push(if self.request.url.contains('?') { '&' } else { '?' });
        encode(name, &mut self.request.url);
        self.request.url.push('=');
        encode(&value.to_string(), &mut self.request.url);
        self
    }

    /// Adds a header. Those that the client itself sets (`host`, `content-length` …) and cookies are refused by the host.
    pub fn header(mut self, name: &str, value: impl Display) -> Self {
        self.request.headers.push((name.to_ascii_lowercase(), value.to_string()));
        self
    }

    /// Adds a header with a secret that the owner keeps: its name, the header, and the header's value with `{secret}` where
    /// the secret belongs. The feature never sees the secret, and it goes to the hosts only to which the owner bound it.
    pub fn secret(mut self, name: &str, header: &str, template: &str) -> Self {
        let secret = Secret { name: name.to_owned(), header: header.to_ascii_lowercase(), template: template.to_owned() };
        self.request.secrets.push(secret);
        self
    }

    /// Sends text.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.bytes("text/plain; charset=utf-8", text.into())
    }

    /// Sends JSON.
    pub fn json<T: Serialize + ?Sized>(mut self, value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => self.bytes("application/json", body),
            Err(error) => {
                self.refuse(|| failed(&error.to_string()));
                self
            }
        }
    }

    /// Sends the fields of a form.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let mut body = String::new();
        for (name, value) in fields {
            if !body.is_empty() {
                body.push('&');
            }
            encode(name, &mut body);
            body.push('=');
            encode(value, &mut body);
        }
        self.bytes("application/x-www-form-urlencoded", body)
    }

    /// Sends bytes of a type.
    pub fn bytes(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        if body.len() > MOST_BODY {
            self.refuse(|| failed("the body is larger than 256 KiB"));
            return self;
        }
        self.request.body = base64::encode(&body);
        self.request.headers.retain(|(name, _)| name != "content-type");
        self.header("content-type", content_type)
    }

    /// How long the whole of it may take, at most 30 s; 8 s when it is not said, so that a handler, which may take 10 s, can
    /// still answer without it.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.request.timeout_ms = Some(u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX));
        self
    }

    fn refuse(&mut self, why: impl FnOnce() -> Error) {
        self.problem.get_or_insert_with(why);
    }

    /// Makes the call and waits for the answer, whatever its status. Dropping the future cancels it.
    ///
    /// # Errors
    /// 503 when the owner has not granted the host or bound the secret, when this feature calls too often, or when the host
    /// cannot do it now; 502 when the other server cannot be reached, leads elsewhere or answers too much; 504 when it does
    /// not answer in time; 500 when the call cannot be sent as it is, the manifest does not name the host, or the capability
    /// `http` is not declared. The log says which, and what to do.
    pub async fn send(self) -> Result<HttpResponse> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let request = serde_json::to_vec(&self.request)?;
        let output = Operation::start(op_kind::HTTP, 0, &request).await;
        let data = output.data.as_slice();
        if output.status == Status::OK {
            return HttpResponse::read("server", data);
        }
        Err(refused(output.status, output.number, &String::from_utf8_lossy(data), &self.request.url))
    }
}

#[cold]
fn refused(status: Status, number: i64, reason: &str, url: &str) -> Error {
    let error = match (status, number) {
        (Status::NOT_GRANTED, _) if reason.is_empty() => return Error::of_host(status, "http").unwrap_or_else(|| failed("")),
        // What only an author meets, when the contract is tried: the probe gate shows it.
        (Status::NOT_GRANTED, 500) | (Status::NOT_FOUND, _) => Error::internal(reason),
        (Status::NOT_GRANTED, _) => {
            let host = url.trim_start_matches("https://").split(['/', '?']).next().unwrap_or_default();
            Error::new(503, format!("The owner of this server has not allowed this feature to call {host} that way yet."))
        }
        (Status::TOO_LARGE, _) => Error::new(502, "The other server's answer is too large."),
        (Status::QUOTA, _) => Error::new(503, "This feature asks other servers too often. Please try again in a moment."),
        (Status::UNAVAILABLE, 504) => Error::new(504, "The other server did not answer in time."),
        (Status::UNAVAILABLE, 502) => Error::new(502, "The other server cannot be reached."),
        (Status::INVALID, _) => return failed(reason),
        _ => Error::new(503, "The server is busy. Please try again."),
    };
    error.with_detail(format_args!("http: {reason}"))
}

#[cold]
fn failed(reason: &str) -> Error {
    Error::internal("This feature could not call another server.").with_detail(format_args!("http: {reason}"))
}

fn encode(text: &str, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte as char);
        } else {
            out.push('%');
            out.push(DIGITS[(byte >> 4) as usize] as char);
            out.push(DIGITS[(byte & 15) as usize] as char);
        }
    }
}

#[derive(Deserialize)]
struct Answered {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

/// What another server, or another feature, answered. Treat it as a visitor's words: [`escape`](crate::escape) what is shown.
#[derive(Clone, Debug)]
pub struct HttpResponse {
    /// Who: `server` or `feature`.
    who: &'static str,
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl HttpResponse {
    /// Reads what the host passes on.
    pub(crate) fn read(who: &'static str, data: &[u8]) -> Result<Self> {
        let answered: Answered = serde_json::from_slice(data)?;
        let body = base64::decode(&answered.body).ok_or_else(|| failed("the host's answer cannot be read"))?;
        Ok(Self { who, status: answered.status, headers: answered.headers, body })
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether the status is from 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The same answer when it [is a success](HttpResponse::is_success).
    ///
    /// # Errors
    /// 502 otherwise; the log has the status and the beginning of the body.
    pub fn success(self) -> Result<Self> {
        if self.is_success() {
            return Ok(self);
        }
        let start = String::from_utf8_lossy(&self.body[..self.body.len().min(200)]).into_owned();
        let detail = std::format!("the other {} answered {}: {start}", self.who, self.status);
        Err(Error::new(502, std::format!("The other {} answered with an error.", self.who)).with_detail(detail))
    }

    /// A header, by name in any case; the first of several.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|header| header.0.eq_ignore_ascii_case(name)).map(|header| header.1.as_str())
    }

    /// The body.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body as text.
    ///
    /// # Errors
    /// 502 when it is not UTF-8.
    pub fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.body).map_err(|error| self.unreadable(&error))
    }

    /// The body as JSON of a type; [`Value`](crate::Value) takes any.
    ///
    /// # Errors
    /// 502 when it is not that.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| self.unreadable(&error))
    }

    #[cold]
    fn unreadable(&self, error: &dyn Display) -> Error {
        Error::new(502, std::format!("The other {}'s answer cannot be read.", self.who)).with_detail(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_visitors_gave_cannot_leave_its_place() {
        let url = |call: HttpCall| call.request.url;
        let get = |url: &str| Http::new().get(url);
        assert_eq!(
            url(get("https://a.example/v1").segment("a/../b c").query("q", "x&y=z#ä")),
            "https://a.example/v1/a%2F..%2Fb%20c?q=x%26y%3Dz%23%C3%A4"
        );
        assert_eq!(url(get("https://a.example/?a=1").query("b", 2)), "https://a.example/?a=1&b=2");
        for part in ["", ".", ".."] {
            assert_eq!(get("https://a.example/").segment(part).problem.map(|problem| problem.status()), Some(400), "{part}");
        }
        assert!(get("https://a.example/?a=1").segment("b").problem.is_some());
    }

    #[test]
    fn bodies_have_one_type_and_a_bound() {
        let call = Http::new().post("https://a.example/").json(&7).text("x");
        assert_eq!(call.request.headers, [("content-type".to_owned(), "text/plain; charset=utf-8".to_owned())]);
        assert_eq!(call.request.body, "eA==");
        assert_eq!(Http::new().post("").form(&[("a b", "c&d"), ("e", "")]).request.body, base64::encode(b"a%20b=c%26d&e="));
        assert!(Http::new().post("").bytes("a/b", vec![0; MOST_BODY]).problem.is_none());
        assert!(Http::new().post("").bytes("a/b", vec![0; MOST_BODY + 1]).problem.is_some());
    }

    #[test]
    fn each_refusal_says_what_to_do() {
        let url = "https://api.example.com/x";
        let case = |status, number, reason: &str| {
            let error = refused(status, number, reason, url);
            (error.status(), format!("{error:?}"))
        };
        assert_eq!(case(Status::NOT_GRANTED, 0, "").0, 500);
        let (status, words) = case(Status::NOT_GRANTED, 0, "the owner runs `kandra grant`");
        assert!(status == 503 && words.contains("call api.example.com") && words.contains("kandra grant"), "{words}");
        assert_eq!(case(Status::NOT_GRANTED, 500, "This feature does not name").0, 500);
        assert_eq!(case(Status::TOO_LARGE, 0, "x").0, 502);
        assert_eq!(case(Status::QUOTA, 0, "x").0, 503);
        for number in [502, 503, 504] {
            assert_eq!(i64::from(case(Status::UNAVAILABLE, number, "x").0), number);
        }
        assert_eq!(case(Status::INVALID, 0, "x").0, 500);
    }
}
