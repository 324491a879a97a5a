//! The probe: what it says of good and bad candidates.

use super::Test;
use crate::rig::{artifacts, build};
use kandra_jail::{Command, End, Policy, Role};
use kandra_model::{
    CallerDouble, Contract,
    probe::{
        EXCHANGE_MILLIS, MOUNT_MILLIS, PROBE_CLOCK_MILLIS, PROBE_VERSION, ProbeFault, ProbeLine, ProbePhase, ProbeReply, ProbeRequest,
    },
};

pub const ALL: &[Test] = &[
    ("a_good_candidate_is_tried_and_unloaded", a_good_candidate_is_tried_and_unloaded),
    ("what_callers_expect_is_asked_of_the_candidate", what_callers_expect_is_asked_of_the_candidate),
    ("the_same_candidate_answers_the_same", the_same_candidate_answers_the_same),
    ("a_broken_contract_is_named", a_broken_contract_is_named),
    ("bad_candidates_are_named", bad_candidates_are_named),
];

const CONTRACT: &str = r#"
[[exchange]]
name = "a count"
request = { method = "POST", path = "/count" }
expect = { json = { count = 1 }, capture = { n = "/count" } }
[[exchange]]
name = "it is kept"
request = { path = "/count" }
expect = { text = "{n}" }
[[exchange]]
name = "a form arrives"
request = { method = "POST", path = "/echo?q=x%20y", form = { a = "b c" } }
expect = { json = { q = "x y", body = "a=b+c", path = "/echo" } }
[[exchange]]
name = "a fragment"
request = { path = "/widget" }
expect = { text = '<p id="fragment">fragment</p>' }
[[exchange]]
name = "sleep costs no time"
request = { path = "/sleep/4000" }
expect = { contains = ["first"] }
[[exchange]]
name = "a note is kept"
request = { method = "POST", path = "/notes", text = "milk" }
expect = { json = { id = 1, text = "milk" } }
[[exchange]]
name = "another server is asked"
request = { method = "POST", path = "/call", text = "https://api.example.com/rate?base=usd" }
expect = { json = { status = 203, text = '{"eur":0.92}' } }
[[exchange]]
name = "another feature is asked"
request = { method = "POST", path = "/relay", json = { feature = "other", path = "/count?by=1" } }
expect = { json = { status = 202, text = '{"count":7}' } }
[[call]]
feature = "other"
path = "/count"
answer = { status = 202, json = { count = 7 } }
[[http]]
host = "api.example.com"
path = "/rate"
answer = { status = 203, json = { eur = 0.92 } }
"#;

fn request(features: &str, contract: &str) -> ProbeRequest {
    let hash = build(features);
    ProbeRequest {
        version: PROBE_VERSION,
        library: artifacts().join(hash.as_str()),
        hash,
        scratch: "/nonexistent".into(),
        slug: "trial".parse().unwrap(),
        capabilities: vec!["kv".to_owned(), "sql".to_owned(), "events".to_owned(), "http".to_owned(), "call".to_owned()],
        hosts: vec!["api.example.com".to_owned()],
        calls: vec!["other".to_owned()],
        callers: Vec::new(),
        contract: Contract::parse(contract).unwrap(),
        clock_millis: PROBE_CLOCK_MILLIS,
        seed: 7,
        mount_millis: MOUNT_MILLIS,
        exchange_millis: EXCHANGE_MILLIS,
    }
}

fn probe(request: &ProbeRequest) -> (Vec<ProbePhase>, ProbeReply, Vec<u8>) {
    let policy = Policy::new(Role::Probe).reading(artifacts());
    let finished =
        Command::role(&std::env::current_exe().unwrap(), "__probe", &policy).stdin(serde_json::to_vec(request).unwrap()).run().unwrap();
    assert!(matches!(finished.end, End::Exited(0)), "{:?} {}", finished.end, String::from_utf8_lossy(&finished.stderr));
    let (mut phases, mut reply) = (Vec::new(), None);
    for line in finished.stdout.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
        match serde_json::from_slice(line).unwrap() {
            ProbeLine::Phase { phase } => phases.push(phase),
            ProbeLine::Reply { reply: last } => reply = Some(last),
        }
    }
    (phases, reply.unwrap(), finished.stdout)
}

fn a_good_candidate_is_tried_and_unloaded() {
    let (phases, reply, _) = probe(&request("", CONTRACT));
    let ProbeReply::Tried { routes, exchanges, unload, .. } = reply else { panic!("{reply:?}") };
    assert!(exchanges.iter().all(|exchange| exchange.mismatch.is_none()), "{exchanges:?}");
    assert_eq!(exchanges.len(), 8);
    assert!(routes.iter().any(|route| route.widget) && routes.iter().any(|route| route.route.path == "/items/{id}"));
    assert!(unload.unmapped && unload.leaked_bytes == 0 && unload.live_calls == 0, "{unload:?}");
    assert_eq!((phases.first(), phases.last()), (Some(&ProbePhase::Load), Some(&ProbePhase::Unload)));
}

/// What a feature that calls the candidate relies on, each with whether it holds.
fn what_callers_expect_is_asked_of_the_candidate() {
    let mut request = request("", CONTRACT);
    let doubles = r#"
[[call]]
feature = "trial"
path = "/notes"
before = [{ method = "POST", path = "/notes", text = "tea" }]
answer = { json = [{ id = 9, text = "any" }] }
[[call]]
feature = "trial"
path = "/notes"
answer = { json = [{ number = 9 }] }
[[call]]
feature = "trial"
path = "/nowhere"
answer = { text = "x" }
"#;
    let calls = Contract::parse(&format!("{CONTRACT}{doubles}")).unwrap().calls;
    let own = calls.into_iter().filter(|double| double.feature.as_str() == "trial");
    request.callers = own.map(|double| CallerDouble { caller: "desk".parse().unwrap(), double }).collect();
    let (phases, reply, _) = probe(&request);
    let ProbeReply::Tried { callers, unload, .. } = reply else { panic!("{reply:?}") };
    let parts: Vec<_> = callers.iter().map(|mismatch| mismatch.as_ref().map(|mismatch| mismatch.part.as_str())).collect();
    assert_eq!(parts, [None, Some("json /0/number"), Some("status")], "{callers:?}");
    assert!(unload.unmapped && unload.live_calls == 0);
    assert!(phases.contains(&ProbePhase::Caller { caller: "desk".parse().unwrap(), route: "GET /nowhere".to_owned() }));
}

fn the_same_candidate_answers_the_same() {
    let steady = |output: Vec<u8>| {
        String::from_utf8(output).unwrap().lines().filter(|line| !line.contains("mount_micros")).collect::<Vec<_>>().join("\n")
    };
    let request = request("", CONTRACT);
    assert_eq!(steady(probe(&request).2), steady(probe(&request).2));
}

fn a_broken_contract_is_named() {
    for (exchange, part, got) in [
        ("request = { path = \"/count\" }\nexpect = { text = \"5\" }", "text", "0"),
        ("request = { path = \"/panic\" }\nexpect = { text = \"5\" }", "answer", "panic: as asked at src/lib.rs"),
        ("request = { path = \"/spin\" }\nexpect = { text = \"5\" }", "answer", "budget_time"),
        ("request = { path = \"/recurse\" }\nexpect = { text = \"5\" }", "answer", "budget_stack"),
        (
            "request = { method = \"POST\", path = \"/call\", text = \"https://api.example.com/other\" }\nexpect = { text = \"5\" }",
            "status",
            "no [[http]] that answers GET /other on api.example.com",
        ),
        (
            "request = { method = \"POST\", path = \"/call\", text = \"https://evil.example.com/\" }\nexpect = { text = \"5\" }",
            "status",
            "does not name the host `evil.example.com`",
        ),
        (
            "request = { method = \"POST\", path = \"/call\", text = \"http://api.example.com/rate\" }\nexpect = { text = \"5\" }",
            "status",
            "does not begin with https",
        ),
        ("request = { path = \"/nowhere\" }\nexpect = { text = \"5\" }", "status", "404"),
    ] {
        let contract = format!("[[exchange]]\nname = \"x\"\n{exchange}\n{}", &CONTRACT);
        let (_, reply, _) = probe(&request("", &contract));
        let ProbeReply::Tried { exchanges, unload, .. } = reply else { panic!("{reply:?}") };
        assert_eq!(exchanges.len(), 1, "the first failure ends it");
        let mismatch = exchanges[0].mismatch.as_ref().unwrap();
        assert!(mismatch.part == part && mismatch.got.contains(got), "{mismatch:?}");
        assert!(unload.unmapped, "{unload:?}");
    }
}

fn bad_candidates_are_named() {
    let refused = |request: &ProbeRequest| match probe(request).1 {
        ProbeReply::Refused { fault } => fault,
        other => panic!("{other:?}"),
    };
    let fault = refused(&request("panicking", CONTRACT));
    assert!(
        matches!(&fault, ProbeFault::MountPanicked { message, location } if message == "mount is not for me" && location.contains("lib.rs")),
        "{fault:?}"
    );
    assert!(matches!(refused(&request("endless", CONTRACT)), ProbeFault::MountTooSlow { .. }));
    let trespasser = serde_json::to_string(&refused(&request("trespassing", CONTRACT))).unwrap();
    assert!(trespasser.contains("/../other"), "{trespasser}");
    let fault = refused(&request("clashing", CONTRACT));
    assert!(matches!(&fault, ProbeFault::Migration { problem } if problem.contains("migration 3")), "{fault:?}");
    let mut other = request("", CONTRACT);
    other.hash = "00".repeat(32).parse().unwrap();
    assert!(matches!(refused(&other), ProbeFault::Protocol { .. }));
    let mut old = request("", CONTRACT);
    old.version += 1;
    assert!(matches!(refused(&old), ProbeFault::Protocol { .. }));
}
