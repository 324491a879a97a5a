//! What a lying, failing or dying probe child makes of a candidate.

use super::{verdict::*, *};
use kandra_model::probe::{ExchangeOutcome, MAX_ROUTES, Mismatch, ProbeFault, ProbedRoute, UnloadOutcome};

const CONTRACT: &str = r#"
[[exchange]]
name = "the count is there"
request = { path = "/count" }
expect = { json = { count = 0 } }
[[exchange]]
name = "the widget shows it"
request = { path = "/widget" }
expect = { contains = ["<output"] }
"#;

fn parsed(text: &str) -> Contract {
    Contract::parse(text).unwrap()
}

fn route(method: &str, path: &str) -> ProbedRoute {
    ProbedRoute { route: RouteSpec { method: method.into(), path: path.into() }, widget: path == "/widget" }
}

fn passed(name: &str) -> ExchangeOutcome {
    ExchangeOutcome { name: name.into(), mismatch: None }
}

fn good() -> (Vec<ProbedRoute>, Vec<ExchangeOutcome>, u64, UnloadOutcome) {
    let exchanges = vec![passed("the count is there"), passed("the widget shows it")];
    (vec![route("GET", "/count"), route("GET", "/widget")], exchanges, 40, UnloadOutcome { unmapped: true, ..UnloadOutcome::default() })
}

fn judge(contract: &str, change: impl FnOnce(&mut (Vec<ProbedRoute>, Vec<ExchangeOutcome>, u64, UnloadOutcome))) -> Result<bool, String> {
    let mut tried = good();
    change(&mut tried);
    let (routes, exchanges, mount_micros, unload) = tried;
    match super::verdict::judge(ProbeReply::Tried { routes, exchanges, callers: Vec::new(), mount_micros, unload }, &parsed(contract), &[])
    {
        Ok((_, widget)) => Ok(widget),
        Err(Verdict::Crate(findings)) => Err(format!("{}: {}", findings[0].code, findings[0].message)),
        Err(Verdict::Us(why)) => Err(format!("us: {why}")),
    }
}

fn refusal(change: impl FnOnce(&mut (Vec<ProbedRoute>, Vec<ExchangeOutcome>, u64, UnloadOutcome))) -> String {
    judge(CONTRACT, change).unwrap_err()
}

#[test]
fn what_keeps_its_contract_passes() {
    assert_eq!(judge(CONTRACT, |_| {}), Ok(true));
    assert_eq!(judge(CONTRACT, |tried| tried.0.truncate(1)), Ok(false));
}

#[test]
fn a_failed_exchange_is_named_with_what_came() {
    let said = refusal(|tried| {
        tried.1[1].mismatch = Some(Mismatch { part: "contains".into(), expected: "<output".into(), got: "<p>\u{1b}[31mred".into() });
    });
    assert!(said.starts_with("probe/contract-failed") && said.contains("the widget shows it") && said.contains("GET /widget"), "{said}");
    assert!(said.contains("expected <output, got <p>") && !said.contains('\u{1b}'), "{said}");
}

fn finding(verdict: Verdict) -> Finding {
    match verdict {
        Verdict::Crate(mut findings) => findings.remove(0),
        Verdict::Us(why) => panic!("{why}"),
    }
}

#[test]
fn a_capability_that_is_not_declared_is_named() {
    let (routes, mut exchanges, mount_micros, unload) = good();
    let got = r#"500: {"error":"This feature does not declare the capability `kv`."}"#;
    exchanges[0].mismatch = Some(Mismatch { part: "status".into(), expected: "200".into(), got: got.into() });
    let reply = ProbeReply::Tried { routes, exchanges, callers: Vec::new(), mount_micros, unload };
    let Err(verdict) = super::verdict::judge(reply, &parsed(CONTRACT), &[]) else { panic!("it passed") };
    let said = finding(verdict);
    assert_eq!((said.code.as_str(), said.file.as_str()), ("probe/capability", "Cargo.toml"));
    assert!(said.hint.starts_with("add \"kv\" to `capabilities`"), "{}", said.hint);
}

#[test]
fn a_host_that_is_not_named_is_named() {
    let (routes, mut exchanges, mount_micros, unload) = good();
    let got = r#"500: {"error":"This feature does not name the host `api.example.com` in its manifest."}"#;
    exchanges[0].mismatch = Some(Mismatch { part: "status".into(), expected: "200".into(), got: got.into() });
    let reply = ProbeReply::Tried { routes, exchanges, callers: Vec::new(), mount_micros, unload };
    let Err(verdict) = super::verdict::judge(reply, &parsed(CONTRACT), &[]) else { panic!("it passed") };
    let said = finding(verdict);
    assert_eq!((said.code.as_str(), said.file.as_str()), ("probe/host", "Cargo.toml"));
    assert!(said.hint.starts_with("add \"api.example.com\" to `hosts`"), "{}", said.hint);
}

#[test]
fn a_feature_that_is_not_named_is_named() {
    let (routes, mut exchanges, mount_micros, unload) = good();
    let got = r#"500: {"error":"This feature does not name the feature `dice` in its manifest."}"#;
    exchanges[0].mismatch = Some(Mismatch { part: "status".into(), expected: "200".into(), got: got.into() });
    let reply = ProbeReply::Tried { routes, exchanges, callers: Vec::new(), mount_micros, unload };
    let Err(verdict) = super::verdict::judge(reply, &parsed(CONTRACT), &[]) else { panic!("it passed") };
    let said = finding(verdict);
    assert_eq!((said.code.as_str(), said.file.as_str()), ("probe/call", "Cargo.toml"));
    assert!(said.hint.starts_with("add \"dice\" to `calls`"), "{}", said.hint);
}

#[test]
fn what_a_caller_expects_is_kept() {
    let double = parsed(&format!("{CONTRACT}[[call]]\nfeature = \"poll\"\npath = \"/count\"\nanswer = {{ json = {{ count = 3 }} }}\n"))
        .calls
        .remove(0);
    let expected = [CallerDouble { caller: "desk".parse().unwrap(), double }];
    let judge = |callers: Vec<Option<Mismatch>>| {
        let (routes, exchanges, mount_micros, unload) = good();
        let reply = ProbeReply::Tried { routes, exchanges, callers, mount_micros, unload };
        super::verdict::judge(reply, &parsed(CONTRACT), &expected)
    };
    assert!(judge(vec![None]).is_ok());
    let mismatch = Mismatch { part: "json /count".into(), expected: "a number".into(), got: "nothing".into() };
    let Err(verdict) = judge(vec![Some(mismatch)]) else { panic!("it passed") };
    let said = finding(verdict);
    assert_eq!(said.code, "probe/caller");
    assert!(said.message.starts_with("desk calls GET /count") && said.message.contains("expected a number"), "{}", said.message);
    assert!(said.hint.contains("change desk"), "{}", said.hint);
    assert!(matches!(judge(vec![]), Err(Verdict::Us(_))), "a child that leaves one out is not believed");
}

#[test]
fn an_exchange_that_no_route_answers_is_named_with_the_nearest_route() {
    let misspelt = parsed(&CONTRACT.replace("/count", "/cout"));
    let routes = [route("GET", "/count").route, route("GET", "/widget").route];
    let Err(verdict) = proves_something(&misspelt, &routes) else { panic!("it passed") };
    let said = finding(verdict);
    assert_eq!(said.code, "probe/contract-no-route");
    assert_eq!(said.message, "the exchange \"the count is there\" asks GET /cout, which no route answers");
    assert!(said.hint.contains("did you mean GET /count?"), "{}", said.hint);

    // Every route is covered, and one exchange more goes astray.
    let stray =
        format!("{CONTRACT}[[exchange]]\nname = \"more\"\nrequest = {{ path = \"/somewhere/else\" }}\nexpect = {{ text = \"x\" }}\n");
    let said = judge(&stray, |tried| {
        let mismatch = Mismatch { part: "status".into(), expected: "200".into(), got: "404: no".into() };
        tried.1.push(ExchangeOutcome { name: "more".into(), mismatch: Some(mismatch) });
    });
    assert!(said.unwrap_err().ends_with("asks GET /somewhere/else, which no route answers"));
    // That nothing is there may be what is asked.
    let nowhere = stray.replace("text = \"x\"", "text = \"x\", status = 404");
    assert_eq!(judge(&nowhere, |tried| tried.1.push(passed("more"))), Ok(true));
}

#[test]
fn a_route_that_the_sdk_refuses_gets_its_own_help() {
    let hint = |message: &str| {
        finding(fault_verdict(ProbeFault::MountPanicked { message: message.into(), location: "src/lib.rs:9:5".into() })).hint
    };
    assert!(hint("the route POST \"hit\" does not begin with `/`").starts_with("begin the path with `/`"));
    assert!(hint("the route GET /count is mounted twice").contains("another path"));
    assert!(hint("the route GET \"/a//b\" has an empty segment, `.` or `..`").starts_with("correct the path"));
    assert_eq!(hint("no entry found for key"), "only register routes in mount");
}

#[test]
fn a_contract_that_empty_answers_would_pass_is_refused() {
    // `contains = [""]`-like assertions are refused by the contract's own check; these are subtler.
    let weak = |expect: &str| CONTRACT.replace("{ json = { count = 0 } }", expect);
    for expect in ["{ status = 404 }", "{ lacks = [\"error\"], status = 404 }", "{ status = 204, headers = { content-type = \"text\" } }"] {
        if let Ok(contract) = Contract::parse(&weak(expect)) {
            let Err(Verdict::Crate(findings)) = proves_something(&contract, &[route("GET", "/count").route]) else { panic!("{expect}") };
            assert_eq!(findings[0].code, "probe/contract-uncovered", "{expect}");
        }
    }
    assert!(judge(&weak("{ json = [] }"), |_| {}).is_ok(), "an empty body is not an empty list");
    let exchange = |expect: &str| parsed(&weak(expect)).exchanges[0].clone();
    assert!(fails_when_empty(&exchange("{ contains = [\"x\"] }")));
    assert!(fails_when_empty(&exchange("{ status = 303, headers = { location = \"/x\" } }")));
    assert!(!fails_when_empty(&exchange("{ status = 404 }")));
}

#[test]
fn no_disguise_of_an_empty_contract_passes() {
    let exchange = |method: &str, path: &str, expect: &str| {
        format!("[[exchange]]\nname = \"x\"\nrequest = {{ method = \"{method}\", path = \"{path}\" }}\nexpect = {{ {expect} }}\n")
    };
    let widget = exchange("GET", "/widget", "contains = [\"<output\"]");
    let task = exchange("TASK", "/count", "status = 204");
    for (what, contract) in [
        ("only a status", exchange("GET", "/count", "status = 200")),
        ("nothing at all", exchange("GET", "/count", "")),
        ("a text that is everywhere", exchange("GET", "/count", "contains = [\"\"]")),
        ("spaces", exchange("GET", "/count", "contains = [\"  \", \"\"], text = \" \"")),
        ("what is not there", exchange("GET", "/count", "lacks = [\"error\"]")),
        ("an empty text", exchange("GET", "/count", "text = \"\"")),
        ("an object without fields", exchange("GET", "/count", "json = {}")),
        ("the header that every answer has", exchange("GET", "/count", "headers = { Content-Type = \"t\" }")),
        ("a header with any value", exchange("GET", "/count", "headers = { etag = \"\" }")),
        ("an error that nobody makes", exchange("GET", "/count", "status = 405")),
        ("a redirect to anywhere", exchange("GET", "/count", "status = 303")),
        ("only the widget", widget.clone()),
        ("only steps, none of them looked at", format!("{}{widget}", exchange("POST", "/count", "status = 204").repeat(3))),
        ("only a task", task),
        ("a WebSocket that says nothing", exchange("SOCKET", "/count", "json = { received = [] }")),
        ("a WebSocket by the frame around its words", exchange("SOCKET", "/count", "contains = [\"received\"]")),
    ] {
        let routes = [route(if what.contains("WebSocket") { "SOCKET" } else { "GET" }, "/count").route, route("GET", "/widget").route];
        let with_widget = if contract.contains("/widget") { contract } else { format!("{contract}{widget}") };
        let refused = Contract::parse(&with_widget).is_err_and(|error| error.to_string().contains("asserts nothing"))
            || Contract::parse(&with_widget).is_ok_and(|contract| proves_something(&contract, &routes).is_err());
        assert!(refused, "{what}: {with_widget}");
    }
}

#[test]
fn a_route_without_an_exchange_is_refused() {
    let said = refusal(|tried| tried.0.push(route("POST", "/secret")));
    assert!(said.starts_with("probe/contract-uncovered") && said.contains("POST /secret"), "{said}");
}

#[test]
fn routes_that_live_could_not_serve_are_refused() {
    for (method, path) in
        [("TRACE", "/x"), ("GET", "x"), ("GET", "//other.example/x"), ("GET", "/../poll/x"), ("GET", "/a b"), ("GET", "/\u{202e}x")]
    {
        assert!(refusal(|tried| tried.0.push(route(method, path))).starts_with("probe/route"), "{path}");
    }
    assert!(refusal(|tried| tried.0.clear()).starts_with("probe/no-route"));
    assert!(refusal(|tried| tried.0.extend((0..MAX_ROUTES).map(|i| route("GET", &format!("/r{i}"))))).starts_with("probe/routes"));
}

#[test]
fn what_stays_after_the_unload_is_refused() {
    assert!(refusal(|tried| tried.3.unmapped = false).starts_with("probe/pinned"));
    assert!(refusal(|tried| tried.3.leaked_bytes = 4096).starts_with("probe/leak: 4096"));
    assert!(refusal(|tried| tried.3.live_calls = 1).starts_with("us:"));
}

#[test]
fn a_child_that_skips_exchanges_or_the_time_does_not_get_through() {
    assert!(refusal(|tried| tried.1.truncate(1)).starts_with("us:"));
    assert!(refusal(|tried| tried.2 = 1_000_001).starts_with("probe/mount-time"));
}

#[test]
fn faults_become_findings() {
    let said = |fault| match fault_verdict(fault) {
        Verdict::Crate(findings) => format!("{}: {}", findings[0].code, findings[0].message),
        Verdict::Us(why) => format!("us: {why}"),
    };
    assert!(
        said(ProbeFault::MountPanicked { message: "oh\nno".into(), location: "src/lib.rs:9:5".into() }).contains("oh no (src/lib.rs:9:5)")
    );
    assert!(
        said(ProbeFault::Layout { differences: vec!["field x > Request: size expected 88 found 96".into()] }).starts_with("probe/layout")
    );
    assert!(
        said(ProbeFault::Route { method: "GET".into(), path: "/poll".into(), problem: "is not its own".into() }).starts_with("probe/route")
    );
    assert!(said(ProbeFault::Migration { problem: "migration 2 failed".into() }).starts_with("probe/migration: migration 2"));
    assert!(said(ProbeFault::Protocol { message: "another version".into() }).starts_with("us:"));
}

fn ended(end: End, lines: &str, stderr: &str) -> String {
    let nothing = Duration::ZERO;
    let finished = Finished { end, stdout: lines.into(), stderr: stderr.into(), elapsed: nothing, cpu: nothing, peak_resident: 0 };
    match reply(&finished) {
        Ok(_) => "a reply".to_owned(),
        Err(StageFailure::Refused(findings)) => format!("{}: {}", findings[0].code, findings[0].message),
        Err(StageFailure::Cancelled) => "cancelled".to_owned(),
        Err(StageFailure::Failed(error)) => error.code().to_owned(),
    }
}

#[test]
fn the_childs_end_is_told_by_its_phase() {
    let exchange = r#"{"line":"phase","phase":{"phase":"exchange","name":"the count is there"}}"#;
    let mount = r#"{"line":"phase","phase":{"phase":"mount"}}"#;
    let unload = r#"{"line":"phase","phase":{"phase":"unload"}}"#;
    let said = r#"{"line":"reply","reply":{"outcome":"refused","fault":{"fault":"mount_too_slow","millis":9}}}"#;
    assert_eq!(ended(End::Exited(0), &format!("{mount}\n{said}\n"), ""), "a reply");
    // A reply counts only from a child that ended well: what crashes afterwards has not passed.
    assert!(ended(End::Signalled(11), &format!("{unload}\n{said}\n"), "").starts_with("probe/crash"));
    let crashed = ended(End::Signalled(6), &format!("{mount}\n{exchange}\n"), "");
    assert!(crashed.starts_with("probe/crash") && crashed.contains("the count is there"), "{crashed}");
    assert!(ended(End::Exited(0), &format!("{mount}\n"), "").starts_with("probe/crash"), "exit() in mount");
    assert!(ended(End::Deadline, &format!("{mount}\n"), "").starts_with("probe/mount-time"));
    assert!(ended(End::Deadline, &format!("{exchange}\n"), "").starts_with("probe/time"));
    assert!(ended(End::OutputLimit, &format!("{exchange}\n"), "").starts_with("probe/output"));
    assert_eq!(ended(End::Cancelled, &format!("{exchange}\n"), ""), "cancelled");
    assert_eq!(ended(End::Exited(8), "", "the required sandbox layer landlock does not hold here"), "missing_layer");
    assert_eq!(ended(End::Exited(1), "", "no such role"), "child_failed");
    assert_eq!(ended(End::Exited(0), "garbage\n{\"line\":\"reply\"}\n", ""), "child_failed");
}
