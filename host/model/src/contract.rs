//! A feature's example exchanges (`contract.toml`): what must stay true of it.

use crate::{CallDouble, HostName, RouteSpec, Target};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most exchanges a contract may hold.
pub const MAX_EXCHANGES: usize = 64;

/// A parsed and checked `contract.toml`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// In order; captures of one can be used by the next.
    #[serde(default, rename = "exchange")]
    pub exchanges: Vec<Exchange>,
    /// What outgoing calls would answer.
    #[serde(default, rename = "http", skip_serializing_if = "Vec::is_empty")]
    pub http: Vec<HttpDouble>,
    /// What calls of other features would answer.
    #[serde(default, rename = "call", skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<CallDouble>,
}

/// One request and what must be true of its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// What it shows, for people.
    pub name: String,
    /// What is sent.
    pub request: ExchangeRequest,
    /// What must come back.
    pub expect: ExpectedResponse,
}

impl Exchange {
    /// Whether this route answers it.
    pub fn reaches(&self, route: &RouteSpec) -> bool {
        let path = self.request.path.split(['?', '#']).next().unwrap_or_default();
        self.request.method == route.method && path_matches(&route.path, path)
    }

    /// The one of these routes that answers it: of two that match, the one whose segments are written out.
    pub fn answered_by<'a>(&self, routes: &'a [RouteSpec]) -> Option<&'a RouteSpec> {
        routes.iter().filter(|route| self.reaches(route)).min_by_key(|route| preference(&route.path))
    }

    /// Whether a handler that does nothing might fail it. A task answers nothing: what it has done is for another exchange
    /// to see.
    pub fn proves_something(&self) -> bool {
        self.request.method == "TASK" || self.expect.asserts_more_than_status()
    }
}

/// What an exchange may ask with. `TASK` runs a task (`/name`) once; `SOCKET` sends a text to a WebSocket that the exchange
/// opens if need be, and is answered with `{"received": […]}`.
pub const CONTRACT_METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "TASK", "SOCKET"];

/// What is sent. At most one of `json`, `form` and `text`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeRequest {
    /// Upper case; `GET` when absent.
    #[serde(default = "get")]
    pub method: String,
    /// Relative to `/{slug}`, query included; `{name}` stands for an earlier capture.
    pub path: String,
    /// Header name to value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Sent as `application/json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<serde_json::Value>,
    /// Sent as `application/x-www-form-urlencoded`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<BTreeMap<String, String>>,
    /// Sent as `text/plain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

fn get() -> String {
    "GET".to_owned()
}

impl ExchangeRequest {
    pub(crate) fn problem(&self) -> Option<&'static str> {
        if !self.path.starts_with('/') || self.path.chars().any(char::is_control) || self.path.contains(' ') {
            return Some("has a path that does not start with / or holds spaces or control characters");
        }
        let bodies = [self.json.is_some(), self.form.is_some(), self.text.is_some()];
        (bodies.iter().filter(|body| **body).count() > 1).then_some("has more than one of json, form and text")
    }
}

/// What must come back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedResponse {
    /// The status; 200 when absent.
    #[serde(default = "ok")]
    pub status: u16,
    /// The body is JSON that contains this: objects by subset, arrays and scalars exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<serde_json::Value>,
    /// The body as text contains each of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contains: Vec<String>,
    /// The body as text contains none of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacks: Vec<String>,
    /// The body as text is exactly this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Each header is there and its value contains this.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Capture name to JSON pointer into the body: `id = "/item/id"`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub capture: BTreeMap<String, String>,
}

fn ok() -> u16 {
    200
}

impl ExpectedResponse {
    /// Whether it says more of an answer than its status.
    pub fn asserts_more_than_status(&self) -> bool {
        let json_says_something = match &self.json {
            None => false,
            Some(serde_json::Value::Object(map)) => !map.is_empty(),
            Some(_) => true,
        };
        json_says_something
            || self.contains.iter().any(|text| !text.trim().is_empty())
            || self.text.as_deref().is_some_and(|text| !text.trim().is_empty())
            || self.headers.iter().any(|(name, value)| !name.eq_ignore_ascii_case("content-type") && !value.is_empty())
    }
}

/// The most answers for outgoing calls that a contract may hold.
pub const MAX_DOUBLES: usize = 64;

/// What an outgoing call would answer while the contract is tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpDouble {
    /// Upper case; any method when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The host.
    pub host: HostName,
    /// The path. With a query it must be asked exactly so, without one any query fits.
    pub path: String,
    /// What comes back.
    pub answer: HttpDoubleAnswer,
}

/// What an outgoing call would answer. At most one of `json` and `text`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpDoubleAnswer {
    /// The status; 200 when absent.
    #[serde(default = "ok")]
    pub status: u16,
    /// Header name to value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Answered as `application/json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<serde_json::Value>,
    /// Answered as `text/plain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl HttpDouble {
    /// Whether it answers this call.
    pub fn answers(&self, method: &str, target: &Target) -> bool {
        let asked = if self.path.contains('?') { target.path.as_str() } else { target.path.split('?').next().unwrap_or_default() };
        self.method.as_deref().is_none_or(|own| own == method) && self.host == target.host && self.path == asked
    }

    fn problem(&self) -> Option<&'static str> {
        if self.method.as_deref().is_some_and(|method| !HTTP_METHODS.contains(&method)) {
            Some("has a method other than GET, HEAD, POST, PUT, PATCH, DELETE")
        } else if Target::parse(&format!("https://{}{}", self.host, self.path)).is_err() || !self.path.starts_with('/') {
            Some("has a path that does not start with / or holds characters that a URL cannot")
        } else {
            self.answer.problem()
        }
    }
}

impl HttpDoubleAnswer {
    pub(crate) fn problem(&self) -> Option<&'static str> {
        if !(200..600).contains(&self.status) {
            Some("answers with a status outside 200 to 599")
        } else if self.json.is_some() && self.text.is_some() {
            Some("answers with both json and text")
        } else {
            None
        }
    }
}

/// What outgoing calls may ask with.
pub const HTTP_METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// Why a contract cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContractError {
    /// Not TOML of the documented shape.
    #[error("contract.toml: {0}")]
    Syntax(String),
    /// More than [`MAX_EXCHANGES`].
    #[error("contract.toml has {0} exchanges; at most {MAX_EXCHANGES} are allowed")]
    TooMany(usize),
    /// It has no exchange at all.
    #[error("contract.toml has no [[exchange]]; write one for every route")]
    Empty,
    /// An exchange that proves nothing.
    #[error("the exchange {0:?} asserts nothing but a status; add json, contains or text to its expect")]
    AssertsNothing(String),
    /// An exchange with a method or path that cannot be sent.
    #[error("the exchange {name:?} {problem}")]
    Malformed {
        /// The exchange.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// More than [`MAX_DOUBLES`].
    #[error("contract.toml has {0} [[http]] answers; at most {MAX_DOUBLES} are allowed")]
    TooManyDoubles(usize),
    /// An `[[http]]` that cannot be an answer.
    #[error("the [[http]] answer of {host}{path} {problem}")]
    Double {
        /// Its host.
        host: String,
        /// Its path.
        path: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// More than [`MAX_DOUBLES`].
    #[error("contract.toml has {0} [[call]] answers; at most {MAX_DOUBLES} are allowed")]
    TooManyCalls(usize),
    /// A `[[call]]` that cannot be an answer.
    #[error("the [[call]] answer of {feature}{path} {problem}")]
    Call {
        /// Its feature.
        feature: String,
        /// Its path.
        path: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A route without an exchange.
    #[error("the route {method} {path} has no exchange in contract.toml that asserts more than a status")]
    Uncovered {
        /// Its method.
        method: String,
        /// Its path.
        path: String,
    },
}

impl Contract {
    /// Parses and checks a `contract.toml`.
    pub fn parse(text: &str) -> Result<Self, ContractError> {
        let contract: Self = toml::from_str(text).map_err(|e| ContractError::Syntax(e.message().to_owned()))?;
        if contract.exchanges.is_empty() {
            return Err(ContractError::Empty);
        }
        if contract.exchanges.len() > MAX_EXCHANGES {
            return Err(ContractError::TooMany(contract.exchanges.len()));
        }
        for exchange in &contract.exchanges {
            let malformed = |problem: &str| ContractError::Malformed { name: exchange.name.clone(), problem: problem.to_owned() };
            let request = &exchange.request;
            if !CONTRACT_METHODS.contains(&request.method.as_str()) {
                return Err(malformed("has a method other than GET, POST, PUT, PATCH, DELETE, TASK, SOCKET"));
            }
            if let Some(problem) = request.problem() {
                return Err(malformed(problem));
            }
            if !(200..600).contains(&exchange.expect.status) {
                return Err(malformed("expects a status outside 200 to 599"));
            }
        }
        if contract.http.len() > MAX_DOUBLES {
            return Err(ContractError::TooManyDoubles(contract.http.len()));
        }
        for double in &contract.http {
            if let Some(problem) = double.problem() {
                return Err(ContractError::Double { host: double.host.to_string(), path: double.path.chars().take(80).collect(), problem });
            }
        }
        if contract.calls.len() > MAX_DOUBLES {
            return Err(ContractError::TooManyCalls(contract.calls.len()));
        }
        for double in &contract.calls {
            if let Some(problem) = double.problem() {
                let (feature, path) = (double.feature.to_string(), double.path.chars().take(80).collect());
                return Err(ContractError::Call { feature, path, problem });
            }
        }
        if let Some(exchange) = contract.exchanges.iter().find(|e| !e.proves_something() && e.expect.status < 300) {
            return Err(ContractError::AssertsNothing(exchange.name.clone()));
        }
        Ok(contract)
    }

    /// The first route that answers no exchange with a real assertion. `HEAD`-like routes and `GET /widget` count too.
    pub fn uncovered<'a>(&self, routes: &'a [RouteSpec]) -> Option<&'a RouteSpec> {
        let proven: Vec<&RouteSpec> =
            self.exchanges.iter().filter(|one| one.proves_something()).filter_map(|one| one.answered_by(routes)).collect();
        routes.iter().find(|route| !proven.contains(route))
    }
}

/// What each segment of a pattern asks, in the order in which the router prefers them.
fn preference(pattern: &str) -> Vec<u8> {
    let rank = |segment: &str| if segment.starts_with("{*") { 2 } else { u8::from(segment.starts_with('{')) };
    pattern.trim_matches('/').split('/').map(rank).collect()
}

/// Whether a route pattern with `{parameters}` matches a concrete path (which may itself hold `{captures}`).
fn path_matches(pattern: &str, path: &str) -> bool {
    let trim = |p: &str| p.trim_matches('/').to_owned();
    let (pattern, path) = (trim(pattern), trim(path));
    let (mut left, mut right) = (pattern.split('/'), path.split('/'));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some(p), Some(_)) if p.starts_with("{*") => return true,
            (Some(p), Some(segment)) if p == segment || (p.starts_with('{') && !segment.is_empty()) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[[exchange]]
name = "a hit is counted"
request = { method = "POST", path = "/hit" }
expect = { status = 200, json = { count = 1 } }
"#;

    #[test]
    fn a_contract_parses() {
        let contract = Contract::parse(GOOD).unwrap();
        assert_eq!(contract.exchanges[0].request.method, "POST");
        let routes = [RouteSpec { method: "POST".into(), path: "/hit".into() }, RouteSpec { method: "GET".into(), path: "/".into() }];
        assert_eq!(contract.uncovered(&routes).unwrap().path, "/");
    }

    #[test]
    fn an_exchange_covers_only_the_route_that_answers_it() {
        let routes = ["/hit", "/{any}", "/{any}/more", "/{*rest}"].map(|path| RouteSpec { method: "POST".into(), path: path.into() });
        let contract = Contract::parse(GOOD).unwrap();
        assert_eq!(contract.exchanges[0].answered_by(&routes).unwrap().path, "/hit");
        assert_eq!(contract.uncovered(&routes).unwrap().path, "/{any}");
        let other = Contract::parse(&GOOD.replace("/hit", "/miss")).unwrap();
        assert_eq!(other.exchanges[0].answered_by(&routes).unwrap().path, "/{any}");
        let deep = Contract::parse(&GOOD.replace("/hit", "/hit/more/still")).unwrap();
        assert_eq!(deep.exchanges[0].answered_by(&routes).unwrap().path, "/{*rest}");
    }

    #[test]
    fn a_contract_that_asserts_nothing_is_refused() {
        for expect in [
            "{ status = 200 }",
            "{ json = {} }",
            "{ contains = [\" \"] }",
            "{ text = \"\" }",
            "{ headers = { content-type = \"text/html\" } }",
        ] {
            let text = format!("[[exchange]]\nname = \"x\"\nrequest = {{ path = \"/\" }}\nexpect = {expect}\n");
            assert_eq!(Contract::parse(&text), Err(ContractError::AssertsNothing("x".into())), "{expect}");
        }
    }

    #[test]
    fn doubles_answer_what_they_name() {
        let parse = |double: &str| Contract::parse(&format!("{GOOD}[[http]]\n{double}"));
        let good = parse("host = \"api.example.com\"\npath = \"/rate\"\nanswer = { json = { eur = 1 } }").unwrap();
        let target = |url: &str| Target::parse(url).unwrap();
        assert!(good.http[0].answers("GET", &target("https://api.example.com/rate?base=usd")));
        assert!(!good.http[0].answers("GET", &target("https://other.example.com/rate")));
        assert!(!good.http[0].answers("GET", &target("https://api.example.com/rates")));
        let narrow = parse("method = \"POST\"\nhost = \"api.example.com\"\npath = \"/rate?a=1\"\nanswer = { text = \"x\" }").unwrap();
        assert!(narrow.http[0].answers("POST", &target("https://api.example.com/rate?a=1")));
        assert!(!narrow.http[0].answers("POST", &target("https://api.example.com/rate?a=2")));
        assert!(!narrow.http[0].answers("GET", &target("https://api.example.com/rate?a=1")));
        for bad in [
            "host = \"127.0.0.1\"\npath = \"/\"\nanswer = {}",
            "host = \"a.example\"\npath = \"rate\"\nanswer = {}",
            "host = \"a.example\"\npath = \"/a b\"\nanswer = {}",
            "host = \"a.example\"\npath = \"/\"\nanswer = { status = 100 }",
            "host = \"a.example\"\npath = \"/\"\nanswer = { text = \"\", json = 1 }",
            "host = \"a.example\"\npath = \"/\"\nanswer = { body = 1 }",
            "method = \"CONNECT\"\nhost = \"a.example\"\npath = \"/\"\nanswer = {}",
            "host = \"a.example\"\npath = \"/\"",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        let many = "[[http]]\nhost = \"a.example\"\npath = \"/\"\nanswer = {}\n".repeat(MAX_DOUBLES + 1);
        assert_eq!(Contract::parse(&format!("{GOOD}{many}")), Err(ContractError::TooManyDoubles(MAX_DOUBLES + 1)));
    }

    #[test]
    fn parameters_match_one_segment() {
        assert!(path_matches("/items/{id}", "/items/7"));
        assert!(path_matches("/items/{id}", "/items/{id}"));
        assert!(!path_matches("/items/{id}", "/items"));
        assert!(!path_matches("/items/{id}", "/items/7/edit"));
        assert!(path_matches("/", "/"));
        assert!(path_matches("/files/{*rest}", "/files/a/b"));
    }
}
