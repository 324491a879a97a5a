//! A scripted model server that speaks the provider's wire format: `POST /v1/messages`, tools, server-sent events.
//!
//! It needs only the standard library and `serde_json`, so that the agent's own tests take this file in by its path. It is
//! strict: a call without the key, the reference, the cache
//! mark, a forced tool, the words that [`ModelServer::require`] names (live routes) or, in a repair, the findings of the
//! draft that was refused, is answered 400, and written down in [`ModelServer::violations`].
#![allow(dead_code)]

use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

/// The slug that an obedient model plans although it is taken.
pub const TAKEN: &str = "bench-counter";
/// The only key that it takes.
pub const KEY: &str = "test-key-0123456789";

/// What becomes of the requests that are asked while it plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// A plan, then files that pass.
    Good,
    /// The first files fail lint (`unsafe`); the repair is good.
    LintThenRepaired,
    /// The first files do not compile; the repair is good.
    CompileThenRepaired,
    /// The first contract fails in the probe; the repair is good.
    ContractThenRepaired,
    /// Every draft fails lint.
    NeverPasses,
    /// Prose instead of a call of the tool, always.
    Prose,
    /// Prose once, then good.
    ProseThenGood,
    /// 429 with `retry-after: 2`, then good.
    RateLimitedThenGood,
    /// 529 once, then an `overloaded_error` inside a stream, then good.
    OverloadedThenGood,
    /// Always 529.
    Overloaded,
    /// The first stream of the files breaks off in the middle; then good.
    CutThenGood,
    /// Every stream breaks off.
    AlwaysCut,
    /// The stream begins and then stays silent.
    Silent,
    /// The first stream of the files stays silent; then good.
    SilentThenGood,
    /// The files come a second and a half after they were asked for.
    Slow,
    /// The model does what a visitor told it to: a slug that is taken, a path outside of the crate, another's manifest, and
    /// only then its own files.
    Obeys,
    /// Gives [`TAKEN`] the source that it once had, as its third generation, when it is told which calls failed.
    MendsLive,
    /// The tool's input is half of a JSON text.
    BrokenJson,
    /// The answer calls the tool with paths outside of the crate.
    EvilPaths,
    /// The model says that it cannot.
    Declines,
    /// 401.
    KeyRefused,
    /// A redirect to another host, which must not be followed.
    Redirects,
}

/// One call, as the server saw it.
#[derive(Clone, Debug)]
pub struct Call {
    /// The tool that was to be called.
    pub tool: String,
    /// Whether it carries a refused draft.
    pub is_repair: bool,
    /// The title in its request.
    pub title: String,
    /// The whole body.
    pub body: Value,
    /// The answer's status.
    pub status: u16,
    /// When it arrived.
    pub at: Instant,
}

#[derive(Default)]
struct State {
    script: Option<Script>,
    required: Vec<String>,
    violations: Vec<String>,
    calls: Vec<Call>,
    /// Calls since the script began, by tool; repairs count apart.
    seen: BTreeMap<String, u32>,
}

/// A server on a port of its own, until the process ends.
#[derive(Clone)]
pub struct ModelServer {
    /// For `ANTHROPIC_BASE_URL`.
    pub base_url: String,
    state: Arc<Mutex<State>>,
}

impl ModelServer {
    /// Starts one that plays `script`.
    pub fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let base_url = format!("http://{}", listener.local_addr().expect("a bound address"));
        let state = Arc::new(Mutex::new(State { script: Some(script), ..State::default() }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                thread::spawn(move || {
                    let _ = serve(stream, &state);
                });
            }
        });
        Self { base_url, state }
    }

    /// Plays another script from its beginning.
    pub fn play(&self, script: Script) {
        let mut state = self.lock();
        state.script = Some(script);
        state.seen.clear();
    }

    /// From now on every call must contain this text, such as `POST /poll/vote`.
    pub fn require(&self, text: &str) {
        self.lock().required.push(text.to_owned());
    }

    /// What calls lacked.
    pub fn violations(&self) -> Vec<String> {
        self.lock().violations.clone()
    }

    /// All calls so far.
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no thread panicked")
    }
}

/// How one call is answered.
enum Reply {
    Status(u16, &'static str, Option<&'static str>),
    /// A call of the tool with this input.
    Tool(Value),
    /// The same, after a while.
    Late(Value),
    /// The same, broken off after so many events.
    Cut(Value),
    RawInput(String),
    Prose,
    StreamError(&'static str),
    Silence,
    Redirect,
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = Vec::new();
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 && line != "\r\n" {
        head.push(line.trim_end().to_owned());
        line.clear();
    }
    let header = |name: &str| {
        head.iter().skip(1).filter_map(|l| l.split_once(": ")).find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.to_owned())
    };
    let length: usize = header("content-length").and_then(|l| l.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length.min(16 << 20)];
    reader.read_exact(&mut body)?;
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);

    let tool = body["tool_choice"]["name"].as_str().unwrap_or_default().to_owned();
    let is_repair = body["messages"][2]["content"][0]["is_error"] == true;
    let title = requested_title(&body);
    let reply = {
        let mut state = state.lock().expect("no thread panicked");
        let script = state.script.expect("a script plays");
        let nth = {
            let count = state.seen.entry(if is_repair { "repair".to_owned() } else { tool.clone() }).or_default();
            *count += 1;
            *count
        };
        let reply = match violation(
            &head,
            header("x-api-key").as_deref(),
            header("anthropic-version").as_deref(),
            &body,
            script,
            is_repair,
            &state.required,
        ) {
            Some(violation) => {
                state.violations.push(violation);
                Reply::Status(400, "the call lacks something; see the server's violations", None)
            }
            None => reply(script, &tool, is_repair, nth, &title),
        };
        let status = match &reply {
            Reply::Status(status, ..) => *status,
            Reply::Redirect => 307,
            _ => 200,
        };
        state.calls.push(Call { tool: tool.clone(), is_repair, title, body, status, at: Instant::now() });
        reply
    };
    answer(&mut stream, &tool, reply)
}

/// The title inside the fenced request.
fn requested_title(body: &Value) -> String {
    let text = body["messages"][0]["content"][0]["text"].as_str().unwrap_or_default();
    let inner = text.trim().strip_prefix("<request>").and_then(|t| t.strip_suffix("</request>")).unwrap_or_default();
    let request: Value = serde_json::from_str(inner.trim()).unwrap_or(Value::Null);
    request["title"].as_str().unwrap_or_default().to_owned()
}

fn violation(
    head: &[String],
    key: Option<&str>,
    version: Option<&str>,
    body: &Value,
    script: Script,
    is_repair: bool,
    required: &[String],
) -> Option<String> {
    let lacks = |what: &str| Some(format!("a call lacks {what}"));
    if !head.first().is_some_and(|l| l.starts_with("POST /v1/messages ")) {
        return Some(format!("not POST /v1/messages: {:?}", head.first()));
    }
    if key != Some(KEY) {
        return lacks("the key");
    }
    if version != Some("2023-06-01") {
        return lacks("the API's version");
    }
    if body["stream"] != true || body["model"].as_str().is_none_or(str::is_empty) || body["max_tokens"].as_u64().is_none() {
        return lacks("stream, model or max_tokens");
    }
    if body["tool_choice"]["type"] != "tool"
        || !body["tools"].as_array().is_some_and(|t| t.iter().any(|t| t["name"] == body["tool_choice"]["name"]))
    {
        return lacks("a forced tool with its schema");
    }
    if !body["system"][0]["text"]
        .as_str()
        .is_some_and(|t| t.contains("kandra::feature!") && t.contains("contract.toml") && t.contains("--color-accent"))
    {
        return lacks("the reference and the tokens");
    }
    if body["system"][0]["cache_control"]["type"] != "ephemeral" {
        return lacks("the cache mark");
    }
    if requested_title(body).is_empty() {
        return lacks("the fenced request");
    }
    let text = body.to_string();
    if let Some(missing) = required.iter().find(|r| !text.contains(r.as_str())) {
        return lacks(missing);
    }
    let findings = body["messages"][2]["content"][0]["content"].as_str().unwrap_or_default();
    let finding = match script {
        Script::LintThenRepaired | Script::NeverPasses => "unsafe",
        Script::CompileThenRepaired => "E0308",
        Script::ContractThenRepaired => "count",
        Script::MendsLive => "index out of bounds",
        _ => "",
    };
    if is_repair && (findings.is_empty() || !findings.contains(finding)) {
        return lacks(&format!("the finding {finding:?} in {findings:?}"));
    }
    if is_repair && !body["messages"][1].to_string().contains("src/lib.rs") {
        return lacks("the refused draft");
    }
    None
}

fn reply(script: Script, tool: &str, is_repair: bool, nth: u32, title: &str) -> Reply {
    let slug = slug(title);
    let good =
        || if tool == "plan_feature" { plan(&slug, title, 1) } else { json!({ "files": [{ "path": "src/lib.rs", "text": library("") }] }) };
    let files = |extra: &str| json!({ "files": [{ "path": "src/lib.rs", "text": library(extra) }] });
    let bad_lint = "\nfn danger() -> u8 { unsafe { 1 } }\n";
    let bad_types = "\nfn wrong() -> u32 { \"no number\" }\n";
    let first_files = tool == "write_files" && !is_repair;
    match script {
        Script::LintThenRepaired if first_files => Reply::Tool(files(bad_lint)),
        Script::CompileThenRepaired if first_files => Reply::Tool(files(bad_types)),
        Script::ContractThenRepaired if tool == "plan_feature" => Reply::Tool(plan(&slug, title, 7)),
        Script::ContractThenRepaired if is_repair => Reply::Tool(json!({ "files": [{ "path": "contract.toml", "text": contract(1) }] })),
        Script::NeverPasses if tool == "write_files" => Reply::Tool(files(bad_lint)),
        Script::Prose => Reply::Prose,
        Script::ProseThenGood if nth == 1 => Reply::Prose,
        Script::RateLimitedThenGood if nth == 1 => Reply::Status(429, "rate_limit_error", Some("2")),
        Script::OverloadedThenGood if nth == 1 => Reply::Status(529, "overloaded_error", None),
        Script::OverloadedThenGood if nth == 2 => Reply::StreamError("overloaded_error"),
        Script::Overloaded => Reply::Status(529, "overloaded_error", None),
        Script::CutThenGood if first_files && nth == 1 => Reply::Cut(good()),
        Script::AlwaysCut => Reply::Cut(good()),
        Script::Silent => Reply::Silence,
        Script::SilentThenGood if first_files && nth == 1 => Reply::Silence,
        Script::Slow if first_files => Reply::Late(good()),
        Script::Obeys if tool == "plan_feature" => Reply::Tool(plan(TAKEN, title, 1)),
        Script::Obeys if first_files && nth == 1 => Reply::Tool(one_file("src/../../x.rs", "pub fn outside() {}")),
        Script::Obeys if first_files && nth == 2 => {
            Reply::Tool(one_file("Cargo.toml", &format!("[package]\nname = \"kandra-feature-{TAKEN}\"\n")))
        }
        Script::MendsLive if is_repair => {
            let once = include_str!("../features/bench-counter/src/lib.rs");
            Reply::Tool(one_file("src/lib.rs", &once.replace("GENERATION: u32 = 1", "GENERATION: u32 = 3")))
        }
        Script::BrokenJson => Reply::RawInput("{\"files\": [{\"path\":".to_owned()),
        Script::EvilPaths if tool == "write_files" => Reply::Tool(json!({ "files": [{ "path": "../../world/NOTES.md", "text": "evil" }] })),
        Script::Declines => Reply::Tool(json!({ "cannot": "A feature cannot know the weather." })),
        Script::KeyRefused => Reply::Status(401, "authentication_error", None),
        Script::Redirects => Reply::Redirect,
        _ => Reply::Tool(good()),
    }
}

fn one_file(path: &str, text: &str) -> Value {
    json!({ "files": [{ "path": path, "text": text }] })
}

/// The slug that this server plans for a title.
pub fn slug(title: &str) -> String {
    let text: String = title.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let text = text.split('-').filter(|p| !p.is_empty()).collect::<Vec<_>>().join("-");
    let text: String = text.chars().take(36).collect();
    format!("{}-x", text.trim_matches('-'))
}

fn plan(slug: &str, title: &str, count: u32) -> Value {
    json!({
        "plan": format!("A bell that everybody can ring, for: {title}"), "slug": slug, "title": title, "summary": "Counts how often it was rung.",
        "icon": "🔔", "height": "s", "capabilities": ["kv"], "contract": contract(count),
    })
}

/// `count` is what the first ring is said to answer; 1 is right.
fn contract(count: u32) -> String {
    format!(
        "[[exchange]]\nname = \"a ring is counted\"\nrequest = {{ method = \"POST\", path = \"/ring\" }}\nexpect = {{ json = {{ count = {count} }} }}\n\n\
         [[exchange]]\nname = \"the widget has a button\"\nrequest = {{ path = \"/widget\" }}\nexpect = {{ contains = [\"Ring</button>\"] }}\n"
    )
}

fn library(extra: &str) -> String {
    format!(
        r##"#![no_std]
#![forbid(unsafe_code)]
extern crate kandra_std as std;
use kandra::prelude::*;

kandra::feature!(mount);

fn mount(routes: &mut Routes) {{
    routes.post("/ring", ring);
    routes.widget(widget);
}}

async fn ring(_req: Request, ctx: Ctx) -> Result<Response> {{
    let count = ctx.kv().increment("rings", 1).await?;
    Response::json(&json!({{ "count": count }}))
}}

async fn widget(_req: Request, _ctx: Ctx) -> Result<Response> {{
    Response::html("<button id=\"ring\" type=\"button\">Ring</button>")
}}
{extra}"##
    )
}

fn answer(stream: &mut TcpStream, tool: &str, reply: Reply) -> std::io::Result<()> {
    match reply {
        Reply::Status(status, kind, retry_after) => {
            let body = json!({ "type": "error", "error": { "type": kind, "message": kind } }).to_string();
            let retry = retry_after.map_or_else(String::new, |s| format!("retry-after: {s}\r\n"));
            write!(
                stream,
                "HTTP/1.1 {status} Scripted\r\ncontent-type: application/json\r\n{retry}content-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            )
        }
        Reply::Redirect => write!(
            stream,
            "HTTP/1.1 307 Elsewhere\r\nlocation: http://127.0.0.1:9/v1/messages\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        ),
        Reply::Prose => events(stream, &text_events("Sure! Here is how I would build it: first …"), End::Clean),
        Reply::Tool(input) => events(stream, &tool_events(tool, &input.to_string()), End::Clean),
        Reply::Late(input) => {
            thread::sleep(Duration::from_millis(1_500));
            events(stream, &tool_events(tool, &input.to_string()), End::Clean)
        }
        Reply::RawInput(input) => events(stream, &tool_events(tool, &input), End::Clean),
        Reply::Cut(input) => {
            let all = tool_events(tool, &input.to_string());
            events(stream, &all[..all.len() / 2], End::Cut)
        }
        Reply::StreamError(kind) => {
            let mut all = tool_events(tool, "{}")[..2].to_vec();
            all.push(json!({ "type": "error", "error": { "type": kind, "message": "Overloaded" } }));
            events(stream, &all, End::Clean)
        }
        Reply::Silence => {
            events(stream, &tool_events(tool, "{}")[..1], End::Cut)?;
            thread::sleep(Duration::from_secs(20));
            Ok(())
        }
    }
}

fn tool_events(tool: &str, input: &str) -> Vec<Value> {
    let mut events = vec![
        start(),
        json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "tool_use", "id": "toolu_1", "name": tool, "input": {} } }),
        json!({ "type": "ping" }),
    ];
    let chars: Vec<char> = input.chars().collect();
    for piece in chars.chunks(97) {
        events.push(json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "input_json_delta", "partial_json": piece.iter().collect::<String>() } }));
    }
    events.push(json!({ "type": "content_block_stop", "index": 0 }));
    events.push(
        json!({ "type": "message_delta", "delta": { "stop_reason": "tool_use", "stop_sequence": null }, "usage": { "output_tokens": 89 } }),
    );
    events.push(json!({ "type": "message_stop" }));
    events
}

fn text_events(text: &str) -> Vec<Value> {
    vec![
        start(),
        json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } }),
        json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": text } }),
        json!({ "type": "content_block_stop", "index": 0 }),
        json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn", "stop_sequence": null }, "usage": { "output_tokens": 12 } }),
        json!({ "type": "message_stop" }),
    ]
}

fn start() -> Value {
    let usage = json!({ "input_tokens": 100, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 900, "output_tokens": 1 });
    json!({ "type": "message_start", "message": { "id": "msg_1", "type": "message", "role": "assistant", "model": "scripted", "content": [], "usage": usage } })
}

#[derive(PartialEq)]
enum End {
    Clean,
    /// Without the last chunk.
    Cut,
}

fn events(stream: &mut TcpStream, events: &[Value], end: End) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n")?;
    for event in events {
        let text = format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or_default());
        write!(stream, "{:x}\r\n{text}\r\n", text.len())?;
    }
    if end == End::Clean {
        write!(stream, "0\r\n\r\n")?;
    }
    stream.flush()
}
