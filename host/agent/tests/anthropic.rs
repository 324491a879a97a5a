//! The model developer against a scripted server: good days and every kind of bad one.

#[path = "../../../tests/src/model_server.rs"]
mod model_server;

use kandra_agent::{Agent, AgentConfig, AgentKind, DevelopError, Draft, LiveFeature, Patience, Progress, Repair, Secret, Task};
use kandra_model::{Contract, Finding, Origin, RouteSpec, Usage};
use model_server::{KEY, ModelServer, Script};
use std::time::Duration;

#[derive(Default)]
struct Heard {
    plan: Option<(String, String)>,
    usage: Usage,
    /// How much had been used when the plan was known.
    calls_at_plan: u32,
}

impl Progress for Heard {
    fn planned(&mut self, plan: &str, contract: &str) {
        self.plan = Some((plan.to_owned(), contract.to_owned()));
        self.calls_at_plan = self.usage.calls;
    }
    fn tokens(&mut self, usage: &Usage) {
        self.usage = usage.clone();
    }
}

fn agent(server: &ModelServer, key: &str) -> Agent {
    let patience = Patience {
        call: Duration::from_secs(5),
        silence: Duration::from_millis(400),
        attempts: 4,
        pause: Duration::from_millis(5),
        longest_pause: Duration::from_millis(20),
    };
    let config = AgentConfig {
        kind: Some(AgentKind::Anthropic),
        api_key: Secret::new(key),
        base_url: Some(server.base_url.clone()),
        model: Some("scripted-1".into()),
        patience,
    };
    Agent::from_config(config).unwrap()
}

fn task() -> Task {
    let live = LiveFeature {
        slug: "poll".parse().unwrap(),
        title: "Poll".into(),
        summary: "Votes".into(),
        routes: vec![RouteSpec { method: "POST".into(), path: "/vote".into() }],
    };
    Task {
        title: "Ring the bell".into(),
        details: "for dinner".into(),
        taken: vec!["poll".parse().unwrap()],
        live: vec![live],
        crates: vec![],
        repair: None,
    }
}

fn run(server: &ModelServer, task: Task) -> (Result<Draft, DevelopError>, Heard) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut heard = Heard::default();
    let result = runtime.block_on(agent(server, KEY).develop(task, &mut heard));
    (result, heard)
}

fn play(script: Script) -> (Result<Draft, DevelopError>, Heard, ModelServer) {
    let server = ModelServer::start(script);
    server.require("POST /poll/vote");
    let (result, heard) = run(&server, task());
    assert_eq!(server.violations(), Vec::<String>::new());
    (result, heard, server)
}

fn is_good(draft: &Draft) {
    assert_eq!(draft.slug.as_str(), "ring-the-bell-x");
    assert_eq!(draft.files.keys().collect::<Vec<_>>(), ["Cargo.toml", "contract.toml", "src/lib.rs"]);
    Contract::parse(&draft.files["contract.toml"]).unwrap();
    assert_eq!(draft.origin, Origin::Model { model: "scripted-1".into() });
    let files = draft.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect();
    let source = kandra_lint::Source::check(files).unwrap_or_else(|f| panic!("{f:#?}"));
    kandra_lint::lint(source).unwrap_or_else(|f| panic!("{f:#?}"));
}

#[test]
fn a_good_answer_is_planned_first_then_written_and_paid_for() {
    let (draft, heard, _) = play(Script::Good);
    let draft = draft.unwrap();
    is_good(&draft);
    let (plan, contract) = heard.plan.unwrap();
    assert!(plan.contains("Ring the bell") && contract.contains("[[exchange]]"));
    assert_eq!(heard.calls_at_plan, 1, "the plan is known before the files");
    assert_eq!((draft.usage.calls, draft.usage.input_tokens, draft.usage.output_tokens), (2, 2000, 178));
    assert_eq!(draft.usage, heard.usage);
}

#[test]
fn what_passes_is_tried_again() {
    for (script, calls) in
        [(Script::RateLimitedThenGood, 4), (Script::OverloadedThenGood, 6), (Script::CutThenGood, 3), (Script::ProseThenGood, 4)]
    {
        let (draft, heard, server) = play(script);
        is_good(&draft.unwrap_or_else(|e| panic!("{script:?}: {e}")));
        assert_eq!(server.calls().len(), calls, "{script:?}");
        assert_eq!(heard.usage.calls as usize, calls, "failed calls are paid for too");
    }
}

#[test]
fn what_does_not_pass_ends_with_its_own_error() {
    for (script, code, calls) in [
        (Script::Overloaded, "model_unavailable", 4),
        (Script::AlwaysCut, "model_unavailable", 4),
        (Script::Silent, "model_unavailable", 4),
        (Script::Prose, "model_answer_unusable", 3),
        (Script::BrokenJson, "model_answer_unusable", 3),
        (Script::EvilPaths, "model_answer_unusable", 4),
        (Script::KeyRefused, "model_key_refused", 1),
        (Script::Declines, "model_declined", 1),
        (Script::Redirects, "model_call_refused", 1),
    ] {
        let (result, _, server) = play(script);
        let error = result.expect_err(&format!("{script:?}"));
        assert_eq!((error.code(), server.calls().len()), (code, calls), "{script:?}: {error}");
        assert!(!error.to_string().contains(KEY) && !format!("{error:?}").contains(KEY));
        assert!(error.sentence().len() > 20);
    }
}

#[test]
fn after_prose_the_model_is_told_what_was_wrong() {
    let (_, _, server) = play(Script::ProseThenGood);
    let calls = server.calls();
    assert!(!calls[0].body.to_string().contains("could not be used"));
    assert!(calls[1].body.to_string().contains("could not be used"));
}

#[test]
fn a_refused_draft_is_repaired() {
    let server = ModelServer::start(Script::LintThenRepaired);
    let (draft, _) = run(&server, task());
    let draft = draft.unwrap();
    let files = draft.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect();
    let findings = kandra_lint::lint(kandra_lint::Source::check(files).unwrap()).expect_err("the first draft is unsafe");
    let findings: Vec<Finding> = serde_json::from_value(serde_json::to_value(findings).unwrap()).unwrap();
    let repair = |findings, turn| Repair {
        broken: kandra_agent::Broken::Draft,
        slug: draft.slug.clone(),
        plan: draft.plan.clone(),
        files: draft.files.clone(),
        findings,
        turn,
    };
    let (repaired, heard) = run(&server, Task { repair: Some(repair(findings.clone(), 1)), ..task() });
    is_good(&repaired.unwrap());
    assert_eq!((heard.usage.calls, server.violations().len()), (1, 0));

    // The server insists on the findings, and this side on the number of turns.
    let (blind, _) = run(&server, Task { repair: Some(repair(vec![], 2)), ..task() });
    assert_eq!((blind.unwrap_err().code(), server.violations().len()), ("model_call_refused", 1));
    let (fourth, _) = run(&server, Task { repair: Some(repair(findings, 4)), ..task() });
    assert_eq!(fourth.unwrap_err().code(), "out_of_turns");
}

#[test]
fn a_wrong_key_is_refused_by_the_server_and_never_shown() {
    let server = ModelServer::start(Script::Good);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let agent = agent(&server, "another-key");
    assert!(runtime.block_on(agent.develop(task(), &mut Heard::default())).is_err());
    assert_eq!(server.violations(), ["a call lacks the key"]);
    assert!(!format!("{agent:?}").contains("another-key"));
}

#[test]
fn a_model_agent_needs_a_key() {
    let config = AgentConfig { kind: Some(AgentKind::Anthropic), ..AgentConfig::default() };
    assert!(Agent::from_config(config).unwrap_err().to_string().contains("ANTHROPIC_API_KEY"));
    let config = AgentConfig { api_key: Secret::new("k"), ..AgentConfig::default() };
    assert_eq!(Agent::from_config(config).unwrap().kind(), AgentKind::Anthropic, "a key chooses the model");
}
