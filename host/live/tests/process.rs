//! The roles `__live` and `__probe` as jailed children, over real sockets. Without the standard harness: this program
//! starts itself again, and a role must confine itself before any thread exists.

mod rig;

use kandra_model::Timestamp;
use kandra_wire::{Command, CommandId, FaultKind, FeatureSettings, Outcome, ToControl, WIRE_VERSION};
use rig::{
    build,
    http::Connection,
    process::{Live, options},
    slug,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

#[path = "process/browser.rs"]
mod browser;
#[path = "process/connect.rs"]
mod connect;
#[path = "process/limits.rs"]
mod limits;
#[path = "process/outgoing.rs"]
mod outgoing;
#[path = "process/probe.rs"]
mod probe;
#[path = "process/streams.rs"]
mod streams;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("__live") => std::process::exit(kandra_live::serve::main(&arguments[2..])),
        Some("__probe") => std::process::exit(kandra_live::probe::main(&arguments[2..])),
        // What test runners ask before they run anything.
        Some("--list") => return,
        _ => {}
    }
    let only = arguments.iter().skip(1).find(|argument| !argument.starts_with('-'));
    let mut ran = 0;
    for (name, test) in
        ALL.iter().chain(browser::ALL).chain(connect::ALL).chain(limits::ALL).chain(outgoing::ALL).chain(probe::ALL).chain(streams::ALL)
    {
        if only.is_none_or(|only| name.contains(only.as_str())) {
            println!("test {name} ...");
            test();
            ran += 1;
        }
    }
    println!("test result: ok. {ran} passed");
}

type Test = (&'static str, fn());

const ALL: &[Test] = &[
    ("the_roles_refuse_wrong_usage", the_roles_refuse_wrong_usage),
    ("a_wire_of_another_version_is_refused", a_wire_of_another_version_is_refused),
    ("commands_are_idempotent_and_have_deadlines", commands_are_idempotent_and_have_deadlines),
    ("swaps_under_load_lose_nothing", swaps_under_load_lose_nothing),
    ("a_fault_stays_with_its_feature", a_fault_stays_with_its_feature),
    ("a_feature_that_spends_its_budget_again_and_again_rests", a_feature_that_spends_its_budget_again_and_again_rests),
    ("large_bodies_do_not_pin_a_library", large_bodies_do_not_pin_a_library),
    ("a_client_that_leaves_ends_its_call", a_client_that_leaves_ends_its_call),
    ("acknowledged_counts_survive_a_kill", acknowledged_counts_survive_a_kill),
    ("a_database_lives_through_swaps_and_a_kill", a_database_lives_through_swaps_and_a_kill),
    ("when_the_wire_closes_live_drains_and_ends", when_the_wire_closes_live_drains_and_ends),
    ("a_drain_lets_calls_end", a_drain_lets_calls_end),
    ("a_crash_names_the_suspect", a_crash_names_the_suspect),
    ("requests_wait_for_the_restored_set", requests_wait_for_the_restored_set),
];

fn data() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn the_roles_refuse_wrong_usage() {
    let me = std::env::current_exe().unwrap();
    for arguments in [&["__live"][..], &["__live", "{}", "{}"], &["__probe"], &["__probe", "nonsense"]] {
        let ended = std::process::Command::new(&me).args(arguments).output().unwrap();
        assert_eq!(ended.status.code(), Some(2), "{arguments:?}: {ended:?}");
        assert!(String::from_utf8_lossy(&ended.stderr).contains("usage"), "{ended:?}");
    }
}

fn a_wire_of_another_version_is_refused() {
    let data = data();
    let mut live = Live::start_on(&options(data.path().to_owned()), std::net::TcpListener::bind("127.0.0.1:0").unwrap(), WIRE_VERSION + 1);
    assert!(matches!(live.ends_within(Duration::from_secs(10)), Some(kandra_jail::End::Exited(9))));
}

fn commands_are_idempotent_and_have_deadlines() {
    let data = data();
    let mut live = Live::start(&options(data.path().to_owned()));
    live.ready();
    let artifact = build("");
    let first = live.mount("trial", 1, &artifact);
    assert!(matches!(&first, Outcome::Mounted(report) if report.widget), "{first:?}");
    let again = live.mount("trial", 1, &artifact);
    assert!(matches!(again, Outcome::Mounted(_)));
    assert_eq!(live.report().libraries.len(), 1);

    let late = live.command_as(CommandId(900), Timestamp::now().plus_millis(-1), Command::Unmount { feature: slug() });
    assert!(matches!(&late, Outcome::Refused(refusal) if refusal.stage == "deadline"), "{late:?}");
    let soon = Timestamp::now().plus_millis(5_000);
    assert!(matches!(live.command_as(CommandId(901), soon, Command::Unmount { feature: slug() }), Outcome::Done));
    live.mount("trial", 2, &artifact);
    // The old number again: answered, not carried out.
    assert!(matches!(live.command_as(CommandId(901), soon, Command::Unmount { feature: slug() }), Outcome::Done));
    assert_eq!(live.report().libraries.iter().filter(|library| library.serving).count(), 1);

    let unknown = live.command(Command::Configure { feature: "unknown".parse().unwrap(), settings: FeatureSettings::default() });
    assert!(matches!(&unknown, Outcome::Refused(refusal) if refusal.stage == "unknown_feature"));
    let missing = live.mount("trial", 3, &"00".repeat(32).parse().unwrap());
    assert!(matches!(&missing, Outcome::Refused(refusal) if refusal.stage == "missing"), "{missing:?}");
    live.expect(|message| matches!(message, ToControl::Heartbeat));
    let report = live.report();
    assert!(report.workers >= 4 && report.resident_bytes > 0 && report.layers.iter().any(|layer| layer == "seccomp"), "{report:?}");
}

fn swaps_under_load_lose_nothing() {
    let data = data();
    let mut live = Live::start(&options(data.path().to_owned()));
    let artifacts = [build(""), build("second")];
    live.mount("trial", 1, &artifacts[0]);
    live.ready();
    let (stop, total) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let (stop, total, address) = (stop.clone(), total.clone(), live.address);
            std::thread::spawn(move || {
                let mut connection = Connection::open(address).unwrap();
                let mut counts = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let answer = connection.ask("POST", "/trial/count", &[], "").unwrap();
                    assert_eq!(answer.status, 200, "{}", answer.text());
                    let value: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
                    counts.push(value["count"].as_u64().unwrap());
                    total.fetch_add(1, Ordering::Relaxed);
                }
                counts
            })
        })
        .collect();
    let swaps = 30;
    for revision in 0..swaps {
        let before = total.load(Ordering::Relaxed);
        while total.load(Ordering::Relaxed) < before + 20 {
            std::thread::sleep(Duration::from_millis(2));
        }
        let outcome = live.mount("trial", revision + 2, &artifacts[(revision as usize + 1) % 2]);
        assert!(matches!(outcome, Outcome::Mounted(_)), "{outcome:?}");
    }
    stop.store(true, Ordering::Relaxed);
    let mut counts: Vec<u64> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
    counts.sort_unstable();
    let expected: Vec<u64> = (1..=counts.len() as u64).collect();
    assert_eq!(counts, expected, "every count exactly once");
    for _ in 0..swaps {
        let unloaded = live.expect(|message| matches!(message, ToControl::Unloaded(_)));
        assert!(matches!(unloaded, ToControl::Unloaded(report) if report.verified));
    }
    let report = live.report();
    assert_eq!((report.pinned, report.unloads_verified, report.libraries.len()), (0, u64::from(swaps), 1));
}

fn a_fault_stays_with_its_feature() {
    let data = data();
    let mut live = Live::start(&options(data.path().to_owned()));
    let artifact = build("");
    live.mount("trial", 1, &artifact);
    live.mount("other", 1, &artifact);
    live.ready();
    let settings = FeatureSettings { deadline_ms: 300, concurrent_calls: 2, ..FeatureSettings::default() };
    live.command(Command::Configure { feature: slug(), settings });
    for (path, status, code) in [
        ("/panic", 500, "panic"),
        ("/spin", 503, "budget_time"),
        ("/recurse", 503, "budget_stack"),
        ("/never", 504, "deadline"),
        ("/nowhere", 404, "no_route"),
    ] {
        let answer = live.get(&format!("/trial{path}"));
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        let problem: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(problem["code"], code);
        assert_eq!(problem["error"], problem["detail"]);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(live.get("/other/revision").status, 200);
    }
    for kind in [FaultKind::Panic, FaultKind::Budget, FaultKind::Deadline] {
        live.expect(|message| matches!(message, ToControl::Fault { kind: told, .. } if *told == kind));
    }
    let settings = FeatureSettings { deadline_ms: 2_000, concurrent_calls: 2, ..FeatureSettings::default() };
    live.command(Command::Configure { feature: slug(), settings });
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let mut connection = live.connect();
            connection.send("GET /trial/never HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
            connection
        })
        .collect();
    // Both have begun before a third is tried, which would take the place of one of them.
    until(&mut live, |report| report.libraries.iter().any(|library| library.leases == 2));
    let busy = until_status(&live, "/trial/revision", 429);
    assert!(busy.text().contains("busy") && busy.header("retry-after") == "1");
    assert_eq!(live.get("/other/revision").status, 200);
    drop(waiting);
    until_status(&live, "/trial/revision", 200);
    let mut connection = live.connect();
    let settings = FeatureSettings { request_bytes: 10, ..FeatureSettings::default() };
    live.command(Command::Configure { feature: slug(), settings });
    assert_eq!(connection.ask("POST", "/trial/echo", &[], "12345678901").unwrap().status, 413);
    assert_eq!(live.connect().ask("POST", "/trial/echo", &[], "1234567890").unwrap().status, 200);
}

fn until_status(live: &Live, target: &str, status: u16) -> rig::http::Answer {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let answer = live.get(target);
        if answer.status == status {
            return answer;
        }
        assert!(Instant::now() < until, "{answer:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn a_feature_that_spends_its_budget_again_and_again_rests() {
    let data = data();
    let mut live = Live::start(&options(data.path().to_owned()));
    live.mount("trial", 1, &build(""));
    live.mount("other", 1, &build(""));
    live.ready();
    // Its task ends well once a second, and five must follow each other.
    let spent = (0..30).take_while(|_| live.get("/trial/spin").text().contains("time budget")).count();
    assert!((5..30).contains(&spent), "{spent}");
    let rests = live.get("/trial/revision");
    assert!(rests.status == 503 && rests.text().contains("rests for"), "{}", rests.text());
    assert!(rests.header("retry-after").parse::<u64>().is_ok_and(|seconds| (1..=6).contains(&seconds)), "{:?}", rests.headers);
    assert_eq!(live.get("/other/revision").status, 200);
    live.expect(|said| matches!(said, ToControl::Log { message, .. } if message.contains("rests for")));
    // Another revision begins anew.
    live.mount("trial", 2, &build("second"));
    assert_eq!(live.get("/trial/revision").text(), "second");
}

fn large_bodies_do_not_pin_a_library() {
    let data = data();
    let mut live = Live::start(&options(data.path().to_owned()));
    let (first, second) = (build(""), build("second"));
    live.mount("trial", 1, &first);
    live.ready();
    let expected: Vec<u8> = (0..3_000_000usize).map(|i| (i % 251) as u8).collect();
    assert!(live.get("/trial/big/3000000").body == expected);
    // A reader that takes its time, larger than the socket's buffers.
    let mut slow = live.connect();
    slow.send("GET /trial/big/8000000 HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let (status, _) = slow.head().unwrap();
    assert_eq!(status, 200);
    until(&mut live, |report| report.libraries.iter().any(|library| library.leases == 1));
    live.mount("trial", 2, &second);
    live.expect(|message| matches!(message, ToControl::Unloaded(report) if report.verified));
    let mut read = 0;
    let mut buffer = vec![0; 1 << 16];
    while read < 8_000_000 {
        let count = slow.read(&mut buffer).unwrap();
        assert!(count > 0, "cut after {read} bytes");
        assert!(buffer[..count].iter().enumerate().all(|(i, byte)| usize::from(*byte) == (read + i) % 251));
        read += count;
    }
}

fn until(live: &mut Live, fits: impl Fn(&kandra_wire::LiveReport) -> bool) {
    let patience = Instant::now() + Duration::from_secs(10);
    loop {
        let report = live.report();
        if fits(&report) {
            return;
        }
        assert!(Instant::now() < patience, "{report:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn a_client_that_leaves_ends_its_call() {
    let data = data();
    let mut live = Live::start(&options(data.path().to_owned()));
    live.mount("trial", 1, &build(""));
    live.ready();
    let mut client = live.connect();
    client.send("GET /trial/never HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    until(&mut live, |report| report.in_flight == 1);
    drop(client);
    let began = Instant::now();
    until(&mut live, |report| report.in_flight == 0);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

fn a_database_lives_through_swaps_and_a_kill() {
    let data = data();
    let options = options(data.path().to_owned());
    let mut live = Live::start(&options);
    live.mount("trial", 1, &build(""));
    live.ready();
    let mut connection = live.connect();
    for id in 1..=50 {
        let answer = connection.ask("POST", "/trial/notes", &[], &format!("note {id}")).unwrap();
        let note: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!((answer.status, note["id"].as_u64()), (200, Some(id)), "{}", answer.text());
    }
    let swapped = live.mount("trial", 2, &build("second"));
    assert!(matches!(swapped, Outcome::Mounted(_)), "{swapped:?}");
    assert!(live.get("/trial/notes").text().contains("\"stars\":3"));
    assert!(data.path().join("trial.sql.before-1.db").exists() && !data.path().join("trial.sql.before.new").exists());
    let refused = live.mount("trial", 3, &build("clashing"));
    assert!(
        matches!(&refused, Outcome::Refused(refusal) if refusal.stage == "init" && refusal.message.contains("migration 3")),
        "{refused:?}"
    );
    let reply = connection.ask("POST", "/trial/notes", &[], "the last").unwrap();
    assert_eq!(reply.status, 200);
    live.child.kill();
    drop(live);

    let mut live = Live::start(&options);
    live.mount("trial", 2, &build("second"));
    live.ready();
    let mut connection = live.connect();
    assert_eq!(connection.ask("POST", "/trial/notes", &[], "the last").unwrap().status, 409);
    let next = connection.ask("POST", "/trial/notes", &[], "next").unwrap();
    let next: serde_json::Value = serde_json::from_slice(&next.body).unwrap();
    assert_eq!(next["text"], "next");
}

fn acknowledged_counts_survive_a_kill() {
    let data = data();
    let options = options(data.path().to_owned());
    let artifact = build("");
    let mut acknowledged = 0;
    for round in 0..5 {
        let mut live = Live::start(&options);
        live.mount("trial", 1, &artifact);
        live.ready();
        let found: u64 = live.get("/trial/count").text().parse().unwrap();
        assert!(found >= acknowledged, "{found} after {acknowledged} were acknowledged");
        let newest = Arc::new(AtomicU64::new(found));
        let clients: Vec<_> = (0..4)
            .map(|_| {
                let (newest, address) = (newest.clone(), live.address);
                std::thread::spawn(move || {
                    let mut connection = Connection::open(address).unwrap();
                    while let Ok(answer) = connection.ask("POST", "/trial/count", &[], "") {
                        let value: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
                        newest.fetch_max(value["count"].as_u64().unwrap(), Ordering::SeqCst);
                    }
                })
            })
            .collect();
        while newest.load(Ordering::SeqCst) < found + 200 + round * 37 {
            std::thread::sleep(Duration::from_millis(1));
        }
        live.child.kill();
        for client in clients {
            client.join().unwrap();
        }
        acknowledged = newest.load(Ordering::SeqCst);
    }
}

fn when_the_wire_closes_live_drains_and_ends() {
    let data = data();
    let mut live = Live::start(&options(data.path().to_owned()));
    live.mount("trial", 1, &build(""));
    live.ready();
    let address = live.address;
    let waiting = std::thread::spawn(move || Connection::open(address).unwrap().ask("GET", "/trial/sleep/700", &[], "").unwrap());
    until(&mut live, |report| report.in_flight == 1);
    let began = Instant::now();
    live.wire.shutdown(std::net::Shutdown::Both).unwrap();
    let answer = waiting.join().unwrap();
    assert_eq!((answer.status, answer.text().as_str(), answer.header("connection")), (200, "first", "close"));
    assert!(matches!(live.ends_within(Duration::from_secs(10)), Some(kandra_jail::End::Exited(0))));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

fn a_drain_lets_calls_end() {
    let data = data();
    let options = options(data.path().to_owned());
    let mut live = Live::start(&options);
    live.mount("trial", 1, &build(""));
    live.ready();
    let address = live.address;
    let waiting = std::thread::spawn(move || Connection::open(address).unwrap().ask("GET", "/trial/sleep/500", &[], "").unwrap());
    until(&mut live, |report| report.in_flight == 1);
    assert!(matches!(live.command(Command::Drain { within_ms: 5_000 }), Outcome::Done));
    // The next one takes the socket over while the old one drains; it waits for the databases.
    let mut next = Live::start_on(&options, live.listener.try_clone().unwrap(), WIRE_VERSION);
    next.mount("trial", 1, &build("second"));
    next.ready();
    assert_eq!(waiting.join().unwrap().text(), "first");
    assert!(matches!(live.ends_within(Duration::from_secs(10)), Some(kandra_jail::End::Exited(0))));
    assert_eq!(next.get("/trial/revision").text(), "second");
}

fn a_crash_names_the_suspect() {
    let data = data();
    let mut live = Live::start(&options(data.path().to_owned()));
    live.mount("trial", 7, &build(""));
    live.ready();
    live.mount("other", 1, &build(""));
    assert_eq!(kandra_wire::recorder::suspects(&live.recorder.snapshot()), []);
    // Another feature is in a call at the same time, on another worker.
    let mut busy: Vec<_> = (0..3).map(|_| live.connect()).collect();
    for connection in &mut busy {
        connection.send("GET /other/spin HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    }
    assert!(live.connect().ask("GET", "/trial/crash", &[], "").is_err());
    assert!(matches!(live.ends_within(Duration::from_secs(10)), Some(kandra_jail::End::Signalled(_))));
    assert_eq!(kandra_wire::recorder::suspects(&live.recorder.snapshot()), [(slug(), kandra_model::Revision(7))]);
}

fn requests_wait_for_the_restored_set() {
    let data = data();
    let mut live = Live::start(&options(data.path().to_owned()));
    let address = live.address;
    let asked = std::thread::spawn(move || Connection::open(address).unwrap().ask("GET", "/trial/revision", &[], "").unwrap());
    live.mount("trial", 1, &build(""));
    assert_eq!(live.report().routes, [], "nothing serves before the process's turn");
    live.ready();
    assert_eq!(asked.join().unwrap().status, 200);
    // A repeated turn changes nothing.
    live.ready();
    assert!(live.get("/healthz").text().contains("\"ready\":true"));
    assert_eq!(live.get("/nobody/x").status, 404);
}
