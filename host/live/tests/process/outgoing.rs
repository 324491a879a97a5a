//! Outgoing calls over the wire, with this program in control's place.

use super::{Test, data, until};
use crate::rig::{
    build,
    http::{Answer, Connection},
    process::{Live, options},
};
use kandra_wire::{Command, HttpAnswer, HttpId, HttpRefusal, HttpRequest, HttpResponse, Outcome, ToControl, ToLive};
use std::{net::SocketAddr, thread::JoinHandle, time::Duration};

pub const ALL: &[Test] = &[
    ("waiting_calls_hold_no_worker_and_survive_a_swap", waiting_calls_hold_no_worker_and_survive_a_swap),
    ("refusals_say_what_to_do", refusals_say_what_to_do),
    ("a_call_that_is_dropped_is_cancelled", a_call_that_is_dropped_is_cancelled),
    ("a_call_ends_when_control_is_gone", a_call_ends_when_control_is_gone),
    ("a_drain_still_hands_answers_on", a_drain_still_hands_answers_on),
];

fn start(data: &tempfile::TempDir) -> Live {
    let mut live = Live::start(&options(data.path().to_owned()));
    live.mount("trial", 1, &build(""));
    live.ready();
    live
}

/// A visitor's request that leads to an outgoing call.
fn ask(address: SocketAddr, url: &str) -> JoinHandle<Answer> {
    let url = url.to_owned();
    std::thread::spawn(move || Connection::open(address).unwrap().ask("POST", "/trial/call", &[], &url).unwrap())
}

fn asked(live: &mut Live) -> (HttpId, HttpRequest) {
    match live.expect(|message| matches!(message, ToControl::HttpAsk { .. })) {
        ToControl::HttpAsk { id, feature, request } => {
            assert_eq!(feature.as_str(), "trial");
            (id, request)
        }
        _ => unreachable!(),
    }
}

/// 200 with one byte, base64 of `text`.
fn answer(live: &mut Live, id: HttpId, text: &str) {
    let answer = HttpAnswer::Answered(HttpResponse { status: 200, headers: vec![], body: text.to_owned() });
    live.say(&ToLive::HttpAnswer { id, answer });
}

fn waiting_calls_hold_no_worker_and_survive_a_swap() {
    let data = data();
    let mut live = start(&data);
    // Many more than there are workers, and than one feature may have made at once.
    let calls: Vec<_> = (0..60).map(|n| (n, ask(live.address, &format!("https://api.example.com/{n}")))).collect();
    let mut waiting: Vec<_> = (0..8).map(|_| asked(&mut live)).collect();
    until(&mut live, |report| report.in_flight == 60);
    assert!(!live.heard.iter().any(|message| matches!(message, ToControl::HttpAsk { .. })), "the others wait their turn");
    assert_eq!(live.get("/trial/revision").text(), "first");
    for (_, request) in &waiting {
        assert_eq!((request.method.as_str(), request.secrets[0].name.as_str()), ("GET", "key"));
        assert!((1..=8_000).contains(&request.timeout_ms), "{}", request.timeout_ms);
    }
    live.mount("trial", 2, &build("second"));
    assert_eq!(live.get("/trial/revision").text(), "second");
    for forged in [0, 999, u64::MAX] {
        answer(&mut live, HttpId(forged), "Zg==");
    }
    waiting.reverse();
    let letters = ["YQ==", "Yg==", "Yw=="];
    let number = |request: &HttpRequest| request.url.rsplit('/').next().unwrap().parse::<usize>().unwrap();
    for _ in 0..60 {
        let (id, request) = if waiting.is_empty() { asked(&mut live) } else { waiting.remove(0) };
        answer(&mut live, id, letters[number(&request) % 3]);
        // Once more, and nobody listens.
        answer(&mut live, id, "Zg==");
    }
    for (n, call) in calls {
        let answer = call.join().unwrap();
        let expected = format!("{{\"revision\":\"first\",\"status\":200,\"text\":\"{}\"}}", ["a", "b", "c"][n % 3]);
        assert_eq!((answer.status, answer.text()), (200, expected));
    }
    let unloaded = live.expect(|message| matches!(message, ToControl::Unloaded(_)));
    assert!(matches!(unloaded, ToControl::Unloaded(report) if report.verified));
    assert!(!live.heard.iter().any(|message| matches!(message, ToControl::HttpCancel { .. })), "{:?}", live.heard);
}

fn refusals_say_what_to_do() {
    let data = data();
    let mut live = start(&data);
    for (why, status, words) in [
        (HttpRefusal::NotGranted, 503, "has not allowed this feature to call api.example.com"),
        (HttpRefusal::Unreachable, 502, "cannot be reached"),
        (HttpRefusal::TimedOut, 504, "did not answer in time"),
        (HttpRefusal::TooLarge, 502, "too large"),
        (HttpRefusal::Quota, 503, "too often"),
        (HttpRefusal::Unavailable, 503, "busy"),
        (HttpRefusal::Invalid, 500, "could not call"),
    ] {
        let call = ask(live.address, "https://api.example.com/");
        let (id, _) = asked(&mut live);
        live.say(&ToLive::HttpAnswer { id, answer: HttpAnswer::refused(why, format!("run kandra for {why:?}")) });
        let answer = call.join().unwrap();
        assert!(answer.status == status && answer.text().contains(words), "{why:?}: {} {}", answer.status, answer.text());
        live.expect(|message| matches!(message, ToControl::Log { message, .. } if message.contains(&format!("run kandra for {why:?}"))));
    }
    // Nothing of these reaches control.
    for (url, words) in [
        ("https://evil.example.com/", "does not name the host `evil.example.com`"),
        ("http://api.example.com/", "could not call"),
        ("https://127.0.0.1/", "could not call"),
    ] {
        let answer = ask(live.address, url).join().unwrap();
        assert!(answer.status == 500 && answer.text().contains(words), "{url}: {}", answer.text());
    }
    live.report();
    assert!(!live.heard.iter().any(|message| matches!(message, ToControl::HttpAsk { .. })), "{:?}", live.heard);
}

fn a_call_that_is_dropped_is_cancelled() {
    let data = data();
    let mut live = start(&data);
    let mut client = live.connect();
    let url = "https://api.example.com/";
    client.send(&format!("POST /trial/call HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{url}", url.len())).unwrap();
    let (id, _) = asked(&mut live);
    drop(client);
    live.expect(|message| matches!(message, ToControl::HttpCancel { id: told } if *told == id));
    answer(&mut live, id, "Zg==");
    until(&mut live, |report| report.in_flight == 0);
}

fn a_call_ends_when_control_is_gone() {
    let data = data();
    let mut live = start(&data);
    let call = ask(live.address, "https://api.example.com/");
    asked(&mut live);
    live.wire.shutdown(std::net::Shutdown::Both).unwrap();
    let answer = call.join().unwrap();
    assert!(answer.status == 503 && answer.text().contains("busy"), "{} {}", answer.status, answer.text());
    assert!(matches!(live.ends_within(Duration::from_secs(10)), Some(kandra_jail::End::Exited(0))));
}

fn a_drain_still_hands_answers_on() {
    let data = data();
    let mut live = start(&data);
    let call = ask(live.address, "https://api.example.com/");
    let (id, _) = asked(&mut live);
    assert!(matches!(live.command(Command::Drain { within_ms: 5_000 }), Outcome::Done));
    std::thread::sleep(Duration::from_millis(100));
    answer(&mut live, id, "YQ==");
    assert_eq!(call.join().unwrap().status, 200);
    assert!(matches!(live.ends_within(Duration::from_secs(10)), Some(kandra_jail::End::Exited(0))));
}
