//! What the owner sets holds for a running feature, without another mount, and each answer names the budget.

use super::{Test, data};
use crate::rig::{
    build,
    http::Answer,
    process::{Live, options},
    slug,
};
use kandra_model::Limits;
use kandra_wire::{Command, FeatureSettings, Outcome};

pub const ALL: &[Test] = &[("limits_hold_at_once_and_are_named", limits_hold_at_once_and_are_named)];

fn limit(live: &mut Live, set: &[(&str, u64)]) {
    let wanted = set.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    let settings = FeatureSettings::of(&Limits::check(&wanted).unwrap());
    assert!(matches!(live.command(Command::Configure { feature: slug(), settings }), Outcome::Done));
}

/// The answer's code, and its sentence.
fn problem(answer: &Answer) -> (u16, String, String) {
    let problem: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{}", answer.text()));
    let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
    (answer.status, text("code"), text("error"))
}

fn limits_hold_at_once_and_are_named() {
    let data = data();
    let mut live = Live::start(&options(data.path().to_owned()));
    live.mount("trial", 1, &build(""));
    live.ready();
    limit(&mut live, &[("poll_ms", 1_000)]);
    assert_eq!(live.get("/trial/grow/40").text(), "40");
    assert_eq!(live.get("/trial/big/100000").status, 200);

    limit(&mut live, &[("memory_soft_bytes", 16 << 20), ("poll_ms", 1_000)]);
    let (status, code, said) = problem(&live.get("/trial/grow/40"));
    assert!((status, code.as_str()) == (503, "budget_memory") && said.contains("memory budget"), "{code} {said}");
    assert_eq!(live.get("/trial/grow/4").text(), "4", "what it had collected is given back");
    limit(&mut live, &[("memory_soft_bytes", 256 << 20), ("poll_ms", 1_000)]);
    assert_eq!(live.get("/trial/grow/100").text(), "100");
    // A new revision begins with them.
    live.mount("trial", 2, &build("second"));
    limit(&mut live, &[("memory_soft_bytes", 16 << 20), ("poll_ms", 1_000)]);
    assert_eq!(problem(&live.get("/trial/grow/40")).1, "budget_memory");

    limit(&mut live, &[("response_bytes", 4_096)]);
    let (status, code, said) = problem(&live.get("/trial/big/100000"));
    assert!((status, code.as_str()) == (500, "budget_response") && said.contains("100000") && said.contains("4096"), "{code} {said}");

    limit(&mut live, &[("request_bytes", 1_024)]);
    let large = live.connect().ask("POST", "/trial/echo", &[], &"x".repeat(2_000)).unwrap();
    assert!(large.status == 413 && large.text().contains("1024"), "{}", large.text());

    limit(&mut live, &[("deadline_ms", 100)]);
    let (status, code, said) = problem(&live.get("/trial/never"));
    assert!((status, code.as_str()) == (504, "deadline") && said.contains("0.1 s"), "{code} {said}");

    limit(&mut live, &[("events_per_second", 1)]);
    let publish = |live: &Live| live.connect().ask("POST", "/trial/publish", &[], "{}").unwrap();
    let answers: Vec<Answer> = (0..4).map(|_| publish(&live)).collect();
    let refused = answers.iter().find(|answer| answer.status == 503).unwrap_or_else(|| panic!("{answers:?}"));
    assert!(refused.text().contains("more events in a second than it may"), "{}", refused.text());
}
