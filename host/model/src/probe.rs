//! What the gate and the probe child say to each other, and how an exchange is judged.
//!
//! The gate writes one [`ProbeRequest`] as JSON to the child's standard input. The child answers on standard output, one
//! JSON [`ProbeLine`] per line: a phase before each thing it is about to try (so that a crash or a time-out can be told
//! apart), and one reply at the end. The child holds generated code: whoever reads its lines treats them as hostile.

use crate::{ArtifactHash, CallerDouble, Contract, Exchange, ExchangeRequest, ExpectedResponse, RouteSpec, Slug};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeMap, path::PathBuf};

/// Rises when the two sides would misunderstand each other.
pub const PROBE_VERSION: u32 = 3;
/// The clock that a candidate sees: 2026-01-01T00:00:00.000Z. It advances by one millisecond with every read.
pub const PROBE_CLOCK_MILLIS: i64 = 1_767_225_600_000;
/// How long `mount` may take, milliseconds.
pub const MOUNT_MILLIS: u64 = 1_000;
/// How long one exchange may take, milliseconds.
pub const EXCHANGE_MILLIS: u64 = 5_000;
/// The most routes a feature may mount.
pub const MAX_ROUTES: usize = 128;

/// What the child shall try.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbeRequest {
    /// [`PROBE_VERSION`].
    pub version: u32,
    /// The candidate: a file that nobody else can write.
    pub library: PathBuf,
    /// SHA-256 of its bytes; the child compares before it loads.
    pub hash: ArtifactHash,
    /// An empty directory for the feature's data.
    pub scratch: PathBuf,
    /// Whose routes it may claim.
    pub slug: Slug,
    /// Declared capabilities.
    pub capabilities: Vec<String>,
    /// Hosts that the manifest names.
    pub hosts: Vec<String>,
    /// Features that the manifest names.
    pub calls: Vec<String>,
    /// Tried in order.
    pub contract: Contract,
    /// What features that call this one expect of it; tried after the contract, in order.
    pub callers: Vec<CallerDouble>,
    /// The host clock's first reading, milliseconds since the epoch.
    pub clock_millis: i64,
    /// Seeds the host's randomness.
    pub seed: u64,
    /// How long `mount` may take, milliseconds.
    pub mount_millis: u64,
    /// How long one exchange may take, milliseconds.
    pub exchange_millis: u64,
}

/// One line of the child's standard output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum ProbeLine {
    /// About to begin this.
    Phase {
        /// What begins.
        phase: ProbePhase,
    },
    /// The last line.
    Reply {
        /// The verdict's material.
        reply: ProbeReply,
    },
}

/// What the child is about to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum ProbePhase {
    /// dlopen and the layout check.
    Load,
    /// `init`, which runs `mount`.
    Mount,
    /// One exchange of the contract.
    Exchange {
        /// Its name.
        name: String,
    },
    /// What a feature that calls this one expects.
    Caller {
        /// That feature.
        caller: Slug,
        /// Method and path.
        route: String,
    },
    /// Teardown, dlclose, and the look into the process's own maps.
    Unload,
}

/// How the attempt came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ProbeReply {
    /// It was mounted, tried and unloaded; what follows decides.
    Tried {
        /// What `mount` registered, in order.
        routes: Vec<ProbedRoute>,
        /// One for each exchange, in order; the first failure ends the list.
        exchanges: Vec<ExchangeOutcome>,
        /// One for each expectation of a caller, in order: in what the answer has another form.
        callers: Vec<Option<Mismatch>>,
        /// How long `mount` took, microseconds.
        mount_micros: u64,
        /// What was left after the unload.
        unload: UnloadOutcome,
    },
    /// It did not get that far.
    Refused {
        /// Why.
        fault: ProbeFault,
    },
}

/// One route that `mount` registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbedRoute {
    /// Method and path.
    #[serde(flatten)]
    pub route: RouteSpec,
    /// Whether it is the widget.
    pub widget: bool,
}

/// How one exchange went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeOutcome {
    /// Its name.
    pub name: String,
    /// `None` when the answer was as expected.
    pub mismatch: Option<Mismatch>,
}

/// In what an answer differs from what was expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mismatch {
    /// Which part: `status`, `json /count`, `contains`, `header location`, `capture id`, `answer`.
    pub part: String,
    /// What should have come.
    pub expected: String,
    /// What came, shortened.
    pub got: String,
}

/// What a library left behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnloadOutcome {
    /// No mapping of the file is left.
    pub unmapped: bool,
    /// Bytes of the library's own memory that were still mapped after teardown.
    pub leaked_bytes: u64,
    /// Calls that were never dropped.
    pub live_calls: u64,
}

/// Why a candidate could not be tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum ProbeFault {
    /// The file is not what the gate said, or the request makes no sense: our fault, not the candidate's.
    Protocol {
        /// What went wrong.
        message: String,
    },
    /// dlopen or the root symbol failed.
    Load {
        /// What the loader said.
        message: String,
    },
    /// Another ABI version, or a type has another layout.
    Layout {
        /// One line per difference, few.
        differences: Vec<String>,
    },
    /// `mount` panicked.
    MountPanicked {
        /// The panic's message.
        message: String,
        /// `file:line:column`.
        location: String,
    },
    /// `mount` took longer than allowed, or its budget stopped it.
    MountTooSlow {
        /// How long, milliseconds.
        millis: u64,
    },
    /// A route that is malformed, registered twice, or not its own.
    Route {
        /// Its method.
        method: String,
        /// Its path.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A migration of its database that cannot be run.
    Migration {
        /// Which, and why.
        problem: String,
    },
}

/// An answer as an exchange sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Names in any case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Values that earlier exchanges captured: `{name}` stands for them in later ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Captures(BTreeMap<String, Value>);

impl Captures {
    /// The exchange with every capture filled in.
    pub fn fill(&self, exchange: &Exchange) -> Exchange {
        let request = &exchange.request;
        let expect = &exchange.expect;
        let text = |t: &String| self.fill_text(t);
        Exchange {
            name: exchange.name.clone(),
            request: ExchangeRequest {
                method: request.method.clone(),
                path: text(&request.path),
                headers: request.headers.iter().map(|(k, v)| (k.clone(), text(v))).collect(),
                json: request.json.as_ref().map(|v| self.fill_json(v)),
                form: request.form.as_ref().map(|f| f.iter().map(|(k, v)| (k.clone(), text(v))).collect()),
                text: request.text.as_ref().map(text),
            },
            expect: ExpectedResponse {
                status: expect.status,
                json: expect.json.as_ref().map(|v| self.fill_json(v)),
                contains: expect.contains.iter().map(text).collect(),
                lacks: expect.lacks.iter().map(text).collect(),
                text: expect.text.as_ref().map(text),
                headers: expect.headers.iter().map(|(k, v)| (k.clone(), text(v))).collect(),
                capture: expect.capture.clone(),
            },
        }
    }

    fn fill_text(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), &plain(value)))
    }

    /// A string that is nothing but `{name}` becomes the captured value itself, a number stays a number.
    fn fill_json(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => text
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'))
                .and_then(|name| self.0.get(name).cloned())
                .unwrap_or_else(|| Value::String(self.fill_text(text))),
            Value::Array(items) => Value::Array(items.iter().map(|v| self.fill_json(v)).collect()),
            Value::Object(map) => Value::Object(map.iter().map(|(k, v)| (k.clone(), self.fill_json(v))).collect()),
            other => other.clone(),
        }
    }

    /// Judges an answer (the exchange must be filled in already) and keeps what it captures.
    pub fn judge(&mut self, expect: &ExpectedResponse, answer: &Answer) -> Result<(), Mismatch> {
        expect.judge(answer)?;
        for (name, pointer) in &expect.capture {
            let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
            let value = body.as_ref().and_then(|body| body.pointer(pointer)).cloned();
            let value = value.ok_or_else(|| Mismatch::new(format!("capture {name}"), format!("a value at {pointer}"), &answer.body))?;
            self.0.insert(name.clone(), value);
        }
        Ok(())
    }
}

impl ExpectedResponse {
    /// The first thing in which an answer differs from this.
    pub fn judge(&self, answer: &Answer) -> Result<(), Mismatch> {
        if answer.status != self.status {
            let got = format!("{}: {}", answer.status, shorten(&answer.body));
            return Err(Mismatch { part: "status".to_owned(), expected: self.status.to_string(), got });
        }
        for (name, part) in &self.headers {
            let found: Vec<&str> = answer.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str()).collect();
            if !found.iter().any(|value| value.contains(part.as_str())) {
                return Err(Mismatch::new(format!("header {name}"), format!("contains {part:?}"), found.join(", ").as_bytes()));
            }
        }
        let text = String::from_utf8_lossy(&answer.body);
        if let Some(exact) = self.text.as_ref().filter(|exact| **exact != text) {
            return Err(Mismatch::new("text".to_owned(), exact.clone(), &answer.body));
        }
        if let Some(missing) = self.contains.iter().find(|part| !text.contains(part.as_str())) {
            return Err(Mismatch::new("contains".to_owned(), missing.clone(), &answer.body));
        }
        if let Some(present) = self.lacks.iter().find(|part| text.contains(part.as_str())) {
            return Err(Mismatch::new("lacks".to_owned(), format!("no {present:?}"), &answer.body));
        }
        if let Some(expected) = &self.json {
            let Ok(found) = serde_json::from_slice::<Value>(&answer.body) else {
                return Err(Mismatch::new("json".to_owned(), expected.to_string(), &answer.body));
            };
            if let Some((pointer, expected, got)) = difference(expected, &found, String::new()) {
                return Err(Mismatch { part: format!("json {pointer}").trim_end().to_owned(), expected, got: shorten(got.as_bytes()) });
            }
        }
        Ok(())
    }
}

impl Mismatch {
    fn new(part: String, expected: String, got: &[u8]) -> Self {
        Self { part, expected: shorten(expected.as_bytes()), got: shorten(got) }
    }
}

/// What stands where, of the first place in which `found` does not contain `expected`.
fn difference(expected: &Value, found: &Value, at: String) -> Option<(String, String, String)> {
    match (expected, found) {
        (Value::Object(wanted), Value::Object(there)) => wanted.iter().find_map(|(key, value)| {
            let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
            match there.get(key) {
                Some(found) => difference(value, found, at),
                None => Some((at, value.to_string(), "nothing".to_owned())),
            }
        }),
        (Value::Array(wanted), Value::Array(there)) if wanted.len() == there.len() => {
            wanted.iter().zip(there).enumerate().find_map(|(i, (value, found))| difference(value, found, format!("{at}/{i}")))
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => None,
        (a, b) if a == b => None,
        (a, b) => Some((at, a.to_string(), b.to_string())),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// At most 300 characters of a body.
pub(crate) fn shorten(bytes: &[u8]) -> String {
    const MOST: usize = 300;
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * MOST)]);
    let mut short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() || bytes.len() > 4 * MOST {
        short.push('…');
    }
    if short.is_empty() { "nothing".to_owned() } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, headers: vec![("Location".into(), "/shop/3".into())], body: body.into() }
    }

    fn contract(expect: &str) -> ExpectedResponse {
        let text = format!("[[exchange]]\nname = \"x\"\nrequest = {{ path = \"/\" }}\nexpect = {expect}\n");
        Contract::parse(&text).unwrap().exchanges.remove(0).expect
    }

    #[test]
    fn json_is_compared_by_subset_and_the_mismatch_names_the_place() {
        let expect = contract(r#"{ json = { item = { id = 3, tags = ["a"] } } }"#);
        assert_eq!(expect.judge(&answer(200, r#"{"item":{"id":3.0,"tags":["a"],"more":1},"x":2}"#)), Ok(()));
        let mismatch = expect.judge(&answer(200, r#"{"item":{"id":3,"tags":["b"]}}"#)).unwrap_err();
        assert_eq!((mismatch.part.as_str(), mismatch.expected.as_str(), mismatch.got.as_str()), ("json /item/tags/0", "\"a\"", "\"b\""));
        assert_eq!(expect.judge(&answer(200, "")).unwrap_err().got, "nothing");
        assert_eq!(expect.judge(&answer(404, "{}")).unwrap_err().part, "status");
    }

    #[test]
    fn text_and_headers_are_compared() {
        let expect = contract(r#"{ contains = ["tea"], lacks = ["<script"], headers = { location = "/shop" } }"#);
        assert_eq!(expect.judge(&answer(200, "green tea")), Ok(()));
        assert_eq!(expect.judge(&answer(200, "coffee")).unwrap_err().part, "contains");
        assert_eq!(expect.judge(&answer(200, "tea <script>")).unwrap_err().part, "lacks");
        let bare = Answer { headers: vec![], ..answer(200, "tea") };
        assert_eq!(expect.judge(&bare).unwrap_err().part, "header location");
    }

    #[test]
    fn captures_are_filled_in_with_their_type() {
        let mut captures = Captures::default();
        let expect = contract(r#"{ json = { id = 7 }, capture = { id = "/id" } }"#);
        captures.judge(&expect, &answer(200, r#"{"id":7}"#)).unwrap();
        let text = r#"
[[exchange]]
name = "y"
request = { method = "POST", path = "/items/{id}?raw={other}", json = { id = "{id}", note = "no. {id}" } }
expect = { json = { id = "{id}" }, contains = ["{id}"] }
"#;
        let filled = captures.fill(&Contract::parse(text).unwrap().exchanges[0]);
        assert_eq!(filled.request.path, "/items/7?raw={other}");
        assert_eq!(filled.request.json.unwrap(), serde_json::json!({"id": 7, "note": "no. 7"}));
        assert_eq!(filled.expect.json.unwrap(), serde_json::json!({"id": 7}));
        let lost = contract(r#"{ json = { id = 7 }, capture = { other = "/nowhere" } }"#);
        assert_eq!(captures.judge(&lost, &answer(200, r#"{"id":7}"#)).unwrap_err().part, "capture other");
    }

    #[test]
    fn lines_survive_json() {
        let line = ProbeLine::Reply {
            reply: ProbeReply::Tried {
                routes: vec![ProbedRoute { route: RouteSpec { method: "GET".into(), path: "/".into() }, widget: false }],
                exchanges: vec![],
                callers: vec![],
                mount_micros: 12,
                unload: UnloadOutcome { unmapped: true, ..UnloadOutcome::default() },
            },
        };
        let json = serde_json::to_string(&line).unwrap();
        assert_eq!(serde_json::from_str::<ProbeLine>(&json).unwrap(), line);
        let phase = ProbeLine::Phase { phase: ProbePhase::Exchange { name: "x".into() } };
        assert_eq!(serde_json::from_str::<ProbeLine>(&serde_json::to_string(&phase).unwrap()).unwrap(), phase);
    }
}
