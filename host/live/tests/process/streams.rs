//! What outlives a revision: WebSockets, event streams, the beat of tasks.

use super::{Test, data};
use crate::rig::{
    build,
    process::{Live, options},
    socket::Socket,
};
use actix_http::ws::{Frame, Message};
use kandra_wire::{Command, Outcome};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

pub const ALL: &[Test] = &[
    ("sockets_and_streams_stay_open_across_swaps", sockets_and_streams_stay_open_across_swaps),
    ("sockets_are_bounded_and_refused_clearly", sockets_are_bounded_and_refused_clearly),
    ("tasks_keep_their_beat_across_swaps", tasks_keep_their_beat_across_swaps),
    ("state_moves_without_a_lost_increment", state_moves_without_a_lost_increment),
    ("state_is_migrated_refused_or_set_aside", state_is_migrated_refused_or_set_aside),
    ("state_that_cannot_be_saved_stops_no_swap", state_that_cannot_be_saved_stops_no_swap),
    ("state_lives_through_a_restart_and_a_crash", state_lives_through_a_restart_and_a_crash),
    ("the_next_process_takes_state_and_callers_over", the_next_process_takes_state_and_callers_over),
    ("a_call_that_waits_does_not_hold_a_swap_for_ever", a_call_that_waits_does_not_hold_a_swap_for_ever),
];

fn started() -> (Live, tempfile::TempDir) {
    started_with("")
}

fn started_with(features: &str) -> (Live, tempfile::TempDir) {
    let data = data();
    let mut live = Live::start(&options(data.path().to_owned()));
    live.mount("trial", 1, &build(features));
    live.ready();
    (live, data)
}

fn sockets_and_streams_stay_open_across_swaps() {
    let (mut live, _data) = started();
    let mut stream = live.connect();
    stream.send("GET /trial/rooms/a/events HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let (status, headers) = stream.head().unwrap();
    assert_eq!((status, headers["content-type"].as_str()), (200, "text/event-stream"));
    let (mut ada, mut bob) = (Socket::open(live.address, "/trial/rooms/a"), Socket::open(live.address, "/trial/rooms/a"));
    let mut other = Socket::open(live.address, "/trial/rooms/b");
    ada.text("hello");
    assert_eq!((ada.hear(), bob.hear()), ("first: hello".to_owned(), "first: hello".to_owned()));
    for (revision, features) in [(2, "second"), (3, ""), (4, "second")] {
        live.mount("trial", revision, &build(features));
        bob.text("again");
        let expected = if features.is_empty() { "first: again" } else { "second: again" };
        assert_eq!((ada.hear(), bob.hear()), (expected.to_owned(), expected.to_owned()));
    }
    let mut heard = Vec::new();
    while heard.len() < 4 {
        let line = stream.line().unwrap();
        heard.extend(line.strip_prefix("data: ").map(|data| data.trim().to_owned()));
    }
    assert_eq!(heard, ["\"hello\"", "\"again\"", "\"again\"", "\"again\""]);
    // Nothing of all that holds an old revision.
    let until = Instant::now() + Duration::from_secs(5);
    while live.report().libraries.len() > 1 {
        assert!(Instant::now() < until, "{:?}", live.report().libraries);
    }
    ada.say(Message::Close(None));
    assert!(matches!(ada.frame(), Some(Frame::Close(_))));
    assert_eq!(bob.hear(), "1 left");
    other.text("alone");
    assert_eq!(other.hear(), "second: alone");
    live.command(Command::Unmount { feature: "trial".parse().unwrap() });
    assert_eq!((bob.end(), other.end()), (1001, 1001));
    while stream.line().is_ok() {}
}

fn sockets_are_bounded_and_refused_clearly() {
    let (live, _data) = started();
    let refused = |target: &str, headers: &str| Socket::ask(live.address, target, headers).head;
    assert!(refused("/trial/rooms/locked", "").starts_with("HTTP/1.1 403 "));
    assert!(refused("/trial/rooms/a", "origin: https://evil.example\r\n").starts_with("HTTP/1.1 403 "));
    assert!(refused("/trial/rooms/a", "origin: null\r\n").starts_with("HTTP/1.1 101 "));
    assert!(refused("/trial/rooms/a", "origin: http://localhost\r\n").starts_with("HTTP/1.1 101 "));
    assert!(refused("/trial/rooms/a", "sec-websocket-protocol: kandra, kandra.x\r\n").contains("sec-websocket-protocol: kandra\r\n"));
    assert_eq!(live.get("/trial/rooms/a").status, 426);
    assert_eq!(live.get("/trial/rooms/a%20b/events").status, 400);
    for method in ["SOCKET", "TASK"] {
        let answer = live.connect().ask(method, "/trial/rooms/a", &[("kandra-socket", "x"), ("kandra-event", "message")], "").unwrap();
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(live.connect().ask(method, "/trial/beat", &[], "").unwrap().status, 405, "{method}");
    }
    assert_eq!(live.get("/trial/beat").status, 404);

    let mut socket = Socket::open(live.address, "/trial/rooms/a");
    socket.parts(&["in ", "three ", "parts"]);
    assert_eq!(socket.hear(), "first: in three parts");
    socket.text("fail");
    assert_eq!(socket.hear(), r#"{"error":"as asked"}"#);
    socket.text("panic");
    assert!(socket.hear().contains("\"code\":\"panic\""));
    socket.text("who");
    assert_eq!(socket.hear().len(), 20);
    socket.say(Message::Ping(bytes::Bytes::from_static(b"x")));
    assert!(matches!(socket.frame(), Some(Frame::Pong(_))));
    socket.text("bye");
    assert_eq!(socket.end(), 1000);

    let end_of = |say: &dyn Fn(&mut Socket)| {
        let mut socket = Socket::open(live.address, "/trial/rooms/c");
        say(&mut socket);
        loop {
            match socket.frame() {
                Some(Frame::Text(_)) => {}
                Some(Frame::Close(Some(reason))) => break u16::from(reason.code),
                other => panic!("{other:?}"),
            }
        }
    };
    assert_eq!(end_of(&|socket| socket.say(Message::Binary(bytes::Bytes::from_static(b"x")))), 1003);
    assert_eq!(end_of(&|socket| socket.text(&"x".repeat((64 << 10) + 1))), 1009);
    assert_eq!(end_of(&|socket| socket.parts(&["x", &"x".repeat(64 << 10), "x"])), 1009);
    assert_eq!(end_of(&|socket| socket.raw(&[0x81, 0x01, b'x'])), 1002);
    assert_eq!(end_of(&|socket| (0..100).for_each(|_| socket.text("x"))), 1008);
    assert_eq!(end_of(&|socket| socket.raw(&[0x81, 0x81, 0, 0, 0, 0, 0xff])), 1007);

    // A frame that announces more than a message may have is not waited for.
    assert_eq!(
        end_of(&|socket| {
            let header = [0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            socket.raw(&header);
            socket.raw(&[0; 256 << 10]);
        }),
        1009
    );
    assert_eq!(end_of(&|socket| socket.raw(&[0x8a, 0x80, 0, 0, 0, 0].repeat(20_000))), 1008);
    // As many as one address may have; an ended one makes room.
    let mut held: Vec<Socket> = Vec::new();
    let until = Instant::now() + Duration::from_secs(10);
    while held.len() < 32 {
        let socket = Socket::ask(live.address, "/trial/rooms/d", "");
        if socket.head.starts_with("HTTP/1.1 101 ") {
            held.push(socket);
        }
        assert!(Instant::now() < until, "{} of 32", held.len());
    }
    assert!(refused("/trial/rooms/d", "").starts_with("HTTP/1.1 503 "));
}

fn tasks_keep_their_beat_across_swaps() {
    let variants = [build(""), build("second")];
    let (mut live, _data) = started();
    let began = Instant::now();
    let beats = |live: &Live| live.get("/trial/beats").text().parse::<u32>().unwrap_or(0);
    let mut revision = 1;
    while began.elapsed() < Duration::from_millis(3_600) {
        revision += 1;
        live.mount("trial", revision, &variants[revision as usize % 2]);
        std::thread::sleep(Duration::from_millis(120));
    }
    let count = beats(&live);
    // The first after a second, then one each second; a busy machine may be late, and beats become one.
    let most = u32::try_from(began.elapsed().as_secs()).unwrap() + 1;
    assert!((2..=most).contains(&count), "{count} beats in {:?}", began.elapsed());
    let faults = live.heard.iter().filter(|said| matches!(said, kandra_wire::ToControl::Fault { .. })).count();
    assert_eq!(faults, 0, "{:?}", live.heard);
    live.command(Command::Unmount { feature: "trial".parse().unwrap() });
    live.mount("other", 1, &build(""));
    let until = Instant::now() + Duration::from_secs(15);
    while live.get("/other/beats").text().is_empty() {
        assert!(Instant::now() < until, "another feature's task has no beat");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(live.get("/trial/beats").status, 404);
}

fn state_moves_without_a_lost_increment() {
    let (mut live, _data) = started_with("stateful");
    let (first, second) = (build("stateful"), build("stateful,second"));
    let (stop, added) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let clients: Vec<_> = (0..8)
        .map(|number| {
            let (stop, added, address) = (stop.clone(), added.clone(), live.address);
            let (target, by) = if number % 2 == 0 { ("/trial/hit", 1) } else { ("/trial/hit-twice", 2) };
            std::thread::spawn(move || {
                let mut connection = crate::rig::http::Connection::open(address).unwrap();
                while !stop.load(Ordering::Relaxed) {
                    let answer = connection.ask("POST", target, &[], "").unwrap();
                    assert_eq!(answer.status, 200, "{}", answer.text());
                    added.fetch_add(by, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for revision in 2..40 {
        let mounted = live.mount("trial", revision, if revision % 2 == 0 { &second } else { &first });
        assert!(matches!(mounted, Outcome::Mounted(_)), "{mounted:?}");
        std::thread::sleep(Duration::from_millis(30));
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().unwrap();
    }
    let added = added.load(Ordering::Relaxed);
    assert!(added > 100, "{added}");
    assert_eq!(live.get("/trial/hits").text(), format!("{added} 0"));
}

fn state_is_migrated_refused_or_set_aside() {
    let (mut live, _data) = started_with("stateful");
    let hit = |live: &Live| live.connect().ask("POST", "/trial/hit", &[], "").unwrap().status;
    assert_eq!((hit(&live), hit(&live)), (200, 200));
    let refused = live.mount("trial", 2, &build("unrestorable"));
    assert!(
        matches!(&refused, Outcome::Refused(refusal) if refusal.stage == "state" && refusal.message.contains("as asked")),
        "{refused:?}"
    );
    assert_eq!((hit(&live), live.get("/trial/hits").text()), (200, "3 0".to_owned()));
    live.mount("trial", 3, &build("migrating"));
    assert_eq!(live.get("/trial/hits").text(), "3 1");
    // A rollback: the old code does not know the new shape.
    live.mount("trial", 1, &build("stateful"));
    assert_eq!(live.get("/trial/hits").text(), "0 0");
    live.expect(|said| matches!(said, kandra_wire::ToControl::Log { message, .. } if message.contains("begins empty")));
    let until = Instant::now() + Duration::from_secs(5);
    while live.report().libraries.len() > 1 {
        assert!(Instant::now() < until, "{:?}", live.report().libraries);
    }
    assert_eq!(live.report().pinned, 0);
}

fn state_that_cannot_be_saved_stops_no_swap() {
    let (mut live, data) = started_with("stateful");
    assert_eq!(live.connect().ask("POST", "/trial/hit", &[], "").unwrap().status, 200);
    let file = data.path().join("trial.state.json");
    let until = Instant::now() + Duration::from_secs(20);
    while !file.exists() {
        assert!(Instant::now() < until);
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(live.connect().ask("POST", "/trial/hoard", &[], "").unwrap().status, 204);
    let mounted = live.mount("trial", 2, &build("stateful,second"));
    assert!(matches!(mounted, Outcome::Mounted(_)), "{mounted:?}");
    live.expect(|said| matches!(said, kandra_wire::ToControl::Log { message, .. } if message.contains("could not be saved") && message.contains("snapshot")));
    assert_eq!((live.get("/trial/revision").text(), live.get("/trial/hits").text()), ("second".to_owned(), "1 0".to_owned()));
}

fn state_lives_through_a_restart_and_a_crash() {
    let (mut live, data) = started_with("stateful");
    let hit = |live: &Live| live.connect().ask("POST", "/trial/hit", &[], "").unwrap().status;
    for _ in 0..3 {
        assert_eq!(hit(&live), 200);
    }
    live.command(Command::Drain { within_ms: 2_000 });
    assert!(live.ends_within(Duration::from_secs(10)).is_some());
    let again = || {
        let mut live = Live::start(&options(data.path().to_owned()));
        live.mount("trial", 1, &build("stateful"));
        live.ready();
        live
    };
    let live = again();
    assert_eq!(live.get("/trial/hits").text(), "3 0");
    assert_eq!(hit(&live), 200);
    let file = data.path().join("trial.state.json");
    let until = Instant::now() + Duration::from_secs(15);
    while !std::fs::read_to_string(&file).unwrap().contains("\"count\":4") {
        assert!(Instant::now() < until);
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(live);
    assert_eq!(again().get("/trial/hits").text(), "4 0");
}

fn the_next_process_takes_state_and_callers_over() {
    let (mut live, data) = started_with("stateful");
    let artifact = build("stateful");
    let (stop, added, address) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)), live.address);
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (stop, added) = (stop.clone(), added.clone());
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let mut connection = crate::rig::http::Connection::open(address).unwrap();
                    let answer = connection.ask("POST", "/trial/hit", &[], "").unwrap();
                    assert_eq!(answer.status, 200, "{}", answer.text());
                    added.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for _ in 0..5 {
        let mut next = Live::start_on(&options(data.path().to_owned()), live.listener.try_clone().unwrap(), kandra_wire::WIRE_VERSION);
        // It loads while the old one serves, and touches none of its data.
        next.mount("trial", 1, &artifact);
        let before = added.load(Ordering::Relaxed);
        while added.load(Ordering::Relaxed) < before + 20 {
            std::thread::sleep(Duration::from_millis(2));
        }
        live.command(Command::Drain { within_ms: 5_000 });
        next.ready();
        assert!(matches!(live.ends_within(Duration::from_secs(10)), Some(kandra_jail::End::Exited(0))));
        live = next;
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().unwrap();
    }
    assert_eq!(live.get("/trial/hits").text(), format!("{} 0", added.load(Ordering::Relaxed)));
}

fn a_call_that_waits_does_not_hold_a_swap_for_ever() {
    let (mut live, _data) = started_with("stateful");
    let second = build("stateful,second");
    let mut waits = live.connect();
    waits.send("GET /trial/sleep/8000 HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let until = Instant::now() + Duration::from_secs(5);
    while live.report().in_flight == 0 {
        assert!(Instant::now() < until);
    }
    let began = Instant::now();
    let address = live.address;
    let others = std::thread::spawn(move || {
        let mut connection = crate::rig::http::Connection::open(address).unwrap();
        (0..20).all(|_| connection.ask("POST", "/trial/hit", &[], "").unwrap().status == 200)
    });
    let mounted = live.mount("trial", 2, &second);
    assert!(matches!(mounted, Outcome::Mounted(_)), "{mounted:?}");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let (status, _) = waits.head().unwrap();
    assert_eq!(status, 503);
    assert!(others.join().unwrap());
    assert_eq!(live.get("/trial/hits").text(), "20 0");
}
