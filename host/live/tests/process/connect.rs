//! Calls from one feature to another: `trial` and `other` are two features of the same library.

use super::{Test, data, until};
use crate::rig::{
    build,
    http::{Answer, Connection},
    process::{Live, options},
};
use kandra_wire::{Command, FaultKind, FeatureSettings, ToControl};
use std::{net::SocketAddr, thread::JoinHandle};

pub const ALL: &[Test] = &[
    ("a_feature_calls_another_one", a_feature_calls_another_one),
    ("calls_between_features_are_bounded", calls_between_features_are_bounded),
    ("a_ring_of_calls_ends", a_ring_of_calls_ends),
    ("swaps_and_removals_of_both_sides_while_they_wait", swaps_and_removals_of_both_sides_while_they_wait),
    ("a_caller_that_leaves_ends_the_call", a_caller_that_leaves_ends_the_call),
];

fn start(data: &tempfile::TempDir) -> Live {
    let mut live = Live::start(&options(data.path().to_owned()));
    for name in ["trial", "other"] {
        live.mount(name, 1, &build(""));
    }
    live.ready();
    live
}

fn relayed(address: SocketAddr, request: &serde_json::Value) -> Answer {
    Connection::open(address).unwrap().ask("POST", "/trial/relay", &[], &request.to_string()).unwrap()
}

fn relay(live: &Live, request: serde_json::Value) -> Answer {
    relayed(live.address, &request)
}

fn waiting(live: &Live, path: &str) -> JoinHandle<Answer> {
    let (address, request) = (live.address, serde_json::json!({ "feature": "other", "path": path }));
    std::thread::spawn(move || relayed(address, &request))
}

fn configure(live: &mut Live, feature: &str, settings: FeatureSettings) {
    live.command(Command::Configure { feature: feature.parse().unwrap(), settings });
}

fn a_feature_calls_another_one() {
    let data = data();
    let mut live = start(&data);
    for expected in ["1", "2"] {
        let answer = relay(&live, serde_json::json!({ "feature": "other", "path": "/count", "body": "" }));
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(answer.text().contains(&format!("count\\\":{expected}")), "{}", answer.text());
    }
    // Its data and its figures are its own.
    assert_eq!((live.get("/other/count").text(), live.get("/trial/count").text()), ("2".to_owned(), "0".to_owned()));
    let report = live.report();
    let calls = |path: &str| report.routes.iter().find(|route| route.path == path && route.method == "POST").unwrap().calls.calls;
    assert_eq!((calls("/other/count"), calls("/trial/relay")), (2, 2));
    let echo = relay(&live, serde_json::json!({ "feature": "other", "path": "/echo", "body": "tea & ü" }));
    assert!(echo.text().contains("tea & ü"), "{}", echo.text());

    // The visitor is the one whom the other feature knows by itself.
    let own = live.get("/trial/who").text();
    let theirs = live.get("/other/who").text();
    let seen = relay(&live, serde_json::json!({ "feature": "other", "path": "/who" })).text();
    assert!(seen.contains(&theirs) && !seen.contains(&own) && own.len() == 20, "{own} {theirs} {seen}");

    for (request, status, words) in [
        (serde_json::json!({ "feature": "third", "path": "/" }), 500, "does not name the feature `third`"),
        (serde_json::json!({ "feature": "other", "path": "/nowhere" }), 502, "could not answer"),
        (serde_json::json!({ "feature": "other", "path": "/tidy" }), 502, "could not answer"),
        (serde_json::json!({ "feature": "other", "path": "/rooms/a/events" }), 502, "could not answer"),
        (serde_json::json!({ "feature": "other", "path": "/panic" }), 502, "could not answer"),
        (serde_json::json!({ "feature": "other", "path": "/spin" }), 502, "could not answer"),
        (serde_json::json!({ "feature": "other", "path": "/never", "timeout_ms": 50 }), 504, "in time"),
        (serde_json::json!({ "feature": "other", "path": format!("/big/{}", 2 << 20) }), 502, "too large"),
        (serde_json::json!({ "feature": "other", "path": "/a b" }), 500, "could not call another one"),
    ] {
        let answer = relay(&live, request.clone());
        assert_eq!(answer.status, status, "{request}: {}", answer.text());
        assert!(answer.text().contains(words), "{request}: {}", answer.text());
    }
    // What failed is told of the feature that failed, and the caller's own budget is whole.
    let fault = live.expect(|message| matches!(message, ToControl::Fault { kind: FaultKind::Budget, .. }));
    assert!(matches!(fault, ToControl::Fault { feature, .. } if feature.as_str() == "other"));
    // The other feature's own error is an answer.
    let answer = relay(&live, serde_json::json!({ "feature": "other", "path": "/status/418" }));
    assert!(answer.status == 200 && answer.text().contains("\"status\":418"), "{}", answer.text());

    configure(&mut live, "other", FeatureSettings { paused: true, ..FeatureSettings::default() });
    assert_eq!(relay(&live, serde_json::json!({ "feature": "other", "path": "/revision" })).status, 503);
    live.command(Command::Unmount { feature: "other".parse().unwrap() });
    let gone = relay(&live, serde_json::json!({ "feature": "other", "path": "/revision" }));
    assert!(gone.status == 503 && gone.text().contains("not there"), "{}", gone.text());
}

fn calls_between_features_are_bounded() {
    let data = data();
    let mut live = start(&data);
    // The other one's own limit.
    configure(&mut live, "other", FeatureSettings { concurrent_calls: 1, ..FeatureSettings::default() });
    let first = waiting(&live, "/sleep/400");
    until(&mut live, |report| report.in_flight == 2);
    assert_eq!(relay(&live, serde_json::json!({ "feature": "other", "path": "/revision" })).status, 503);
    assert_eq!(first.join().unwrap().status, 200);

    // This one's calls at once.
    configure(&mut live, "other", FeatureSettings::default());
    let many: Vec<_> = (0..16).map(|_| waiting(&live, "/sleep/1000")).collect();
    until(&mut live, |report| report.in_flight == 32);
    let refused = relay(&live, serde_json::json!({ "feature": "other", "path": "/revision" }));
    assert!(refused.status == 503 && refused.text().contains("too often"), "{}", refused.text());
    assert!(many.into_iter().all(|call| call.join().unwrap().status == 200));
    assert_eq!(relay(&live, serde_json::json!({ "feature": "other", "path": "/revision" })).status, 200);

    // The caller's deadline ends both.
    configure(&mut live, "trial", FeatureSettings { deadline_ms: 200, ..FeatureSettings::default() });
    assert_eq!(relay(&live, serde_json::json!({ "feature": "other", "path": "/never" })).status, 504);
    until(&mut live, |report| report.in_flight == 0);
}

fn a_ring_of_calls_ends() {
    let data = data();
    let mut live = start(&data);
    let answer = live.get("/trial/ring?me=trial&other=other");
    assert_eq!((answer.status, answer.text().contains("in a circle")), (508, true), "{}", answer.text());
    until(&mut live, |report| report.in_flight == 0);
}

fn swaps_and_removals_of_both_sides_while_they_wait() {
    let data = data();
    let mut live = start(&data);
    let calls: Vec<_> = (0..10).map(|_| waiting(&live, "/sleep/800")).collect();
    until(&mut live, |report| report.in_flight == 20);
    // The one that is called: the call ends on the revision on which it began.
    live.mount("other", 2, &build("second"));
    assert_eq!(live.get("/other/revision").text(), "second");
    live.mount("trial", 2, &build("second"));
    for call in calls {
        let text = call.join().unwrap().text();
        assert!(text.contains("\"revision\":\"first\"") && text.contains("\"text\":\"first\""), "{text}");
    }
    for _ in 0..2 {
        let unloaded = live.expect(|message| matches!(message, ToControl::Unloaded(_)));
        assert!(matches!(unloaded, ToControl::Unloaded(report) if report.verified));
    }
    // Each of them is removed while it waits; the caller's library goes although the other one is still at work.
    for gone in ["trial", "other"] {
        let calls: Vec<_> = (0..4).map(|_| waiting(&live, "/sleep/300")).collect();
        until(&mut live, |report| report.in_flight == 8);
        live.command(Command::Unmount { feature: gone.parse().unwrap() });
        assert!(calls.into_iter().all(|call| call.join().unwrap().status == 200));
        let unloaded = live.expect(|message| matches!(message, ToControl::Unloaded(report) if report.feature.as_str() == gone));
        assert!(matches!(unloaded, ToControl::Unloaded(report) if report.verified));
        live.mount(gone, 3, &build(""));
    }
    assert_eq!(live.report().pinned, 0);
}

fn a_caller_that_leaves_ends_the_call() {
    let data = data();
    let mut live = start(&data);
    let mut connection = live.connect();
    let body = r#"{"feature":"other","path":"/sleep/60000"}"#;
    connection.send(&format!("POST /trial/relay HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{body}", body.len())).unwrap();
    until(&mut live, |report| report.in_flight == 2);
    drop(connection);
    until(&mut live, |report| report.in_flight == 0);
    assert_eq!(live.get("/other/revision").status, 200);
}
