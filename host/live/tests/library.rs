//! Live used as a library: loading, calling, swapping, unloading, without control and without a socket.

mod rig;

use kandra_live::{Ask, Config, Live, LoadError, MountError, Outlet, Reply};
use kandra_model::Slug;
use kandra_wire::{FaultKind, FeatureSettings, ToControl};
use rig::{artifacts, build, build_mismatched, order, slug};
use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// Keeps what features say.
#[derive(Default)]
struct Heard(Mutex<Vec<ToControl>>, Mutex<Vec<(String, String)>>);

impl Outlet for Heard {
    fn report(&self, message: ToControl) -> bool {
        self.0.lock().unwrap().push(message);
        true
    }
    fn publish(&self, _: &Slug, topic: &str, data: &str) -> bool {
        self.1.lock().unwrap().push((topic.to_owned(), data.to_owned()));
        true
    }
    fn changed(&self, _: &Slug) {}
}

struct Rig {
    live: Arc<Live>,
    heard: Arc<Heard>,
    data: tempfile::TempDir,
}

fn rig() -> Rig {
    let data = tempfile::tempdir().unwrap();
    let heard = Arc::new(Heard::default());
    let live = Live::start(Config { artifacts: artifacts(), features: data.path().to_owned(), outlet: heard.clone() }).unwrap();
    Rig { live, heard, data }
}

/// Runs a test as a worker of its own.
fn as_worker(live: &Arc<Live>, test: impl AsyncFnOnce(&Arc<Live>)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let worker = tokio::task::spawn_local(live.join().run());
        test(live).await;
        worker.abort();
    });
}

async fn call(live: &Live, method: &str, path: &str, body: &str) -> Reply {
    let path = format!("/trial{path}");
    let (path, query) = path.split_once('?').unwrap_or((&path, ""));
    live.dispatch(Ask { method, path, query, headers: &[("x-one", b"1")], body: body.as_bytes(), visitor: "" }).await
}

async fn get(live: &Live, path: &str) -> (u16, String) {
    let reply = call(live, "GET", path, "").await;
    (reply.status, String::from_utf8_lossy(&reply.body).into_owned())
}

async fn unloaded(live: &Live, count: u64) {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let report = live.report();
        if report.unloads_verified + report.pinned >= count {
            assert_eq!(report.pinned, 0, "{:?}", report.unloads);
            return;
        }
        assert!(Instant::now() < until, "{report:?}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[test]
fn a_feature_is_mounted_called_and_unloaded() {
    let rig = rig();
    let artifact = build("");
    let report = rig.live.mount(order(1, &artifact)).unwrap();
    assert!(report.widget && report.routes.iter().any(|route| route.path == "/items/{id}"));
    as_worker(&rig.live, async |live| {
        assert_eq!(get(live, "/revision").await, (200, "first".to_owned()));
        assert_eq!(get(live, "/items/a%20b").await, (200, "a b".to_owned()));
        assert_eq!(get(live, "/items/%ff").await.0, 400);
        assert_eq!(get(live, "/nowhere").await.0, 404);
        assert_eq!(call(live, "DELETE", "/revision", "").await.status, 405);
        let echoed = call(live, "POST", "/echo?q=1+2", "body").await;
        let echoed: serde_json::Value = serde_json::from_slice(&echoed.body).unwrap();
        assert_eq!((&echoed["path"], &echoed["q"], &echoed["body"]), (&"/echo".into(), &"1 2".into(), &"body".into()));
        let routes = live.report().routes;
        let of = |path: &str| routes.iter().find(|route| route.path == path).unwrap().calls;
        assert_eq!((of("/trial/revision").calls, of("/trial/items/{id}").calls), (1, 1));

        assert!(live.unmount(&slug()) && !live.unmount(&slug()));
        assert_eq!(get(live, "/revision").await.0, 404);
        unloaded(live, 1).await;
        assert_eq!(live.report().libraries, []);
    });
    let unloads = |message: &ToControl| matches!(message, ToControl::Unloaded(report) if report.verified);
    assert_eq!(rig.heard.0.lock().unwrap().iter().filter(|m| unloads(m)).count(), 1);
}

#[test]
fn the_same_artifact_can_be_mapped_twice() {
    let rig = rig();
    let (first, second) = (build(""), build("second"));
    assert_ne!(first, second);
    as_worker(&rig.live, async |live| {
        rig.live.mount(order(1, &first)).unwrap();
        // A call keeps the first one open while the same bytes are mounted again, as in a rollback.
        let waiting = tokio::task::spawn_local({
            let live = live.clone();
            async move { get(&live, "/sleep/300").await }
        });
        tokio::task::yield_now().await;
        rig.live.mount(order(2, &second)).unwrap();
        assert_eq!(get(live, "/revision").await.1, "second");
        rig.live.mount(order(1, &first)).unwrap();
        assert_eq!(get(live, "/revision").await.1, "first");
        let libraries = live.report().libraries;
        assert_eq!(libraries.iter().filter(|library| library.artifact == first).count(), 2, "{libraries:?}");
        assert_eq!(waiting.await.unwrap(), (200, "first".to_owned()));
        unloaded(live, 2).await;
        // Mounted already: nothing is loaded.
        let before = live.report().libraries;
        live.mount(order(1, &first)).unwrap();
        assert_eq!(live.report().libraries, before);
    });
}

#[test]
fn what_a_library_leaves_on_a_worker_does_not_pin_it() {
    let rig = rig();
    let (first, second) = (build(""), build("second"));
    as_worker(&rig.live, async |live| {
        for revision in 1..=6 {
            live.mount(order(revision, if revision % 2 == 0 { &second } else { &first })).unwrap();
            assert_eq!(get(live, "/remember").await.1, "1");
            assert_eq!(get(live, "/remember").await.1, "2");
        }
        unloaded(live, 5).await;
    });
}

#[test]
fn faults_are_answered_counted_and_told() {
    let rig = rig();
    rig.live.mount(order(1, &build(""))).unwrap();
    as_worker(&rig.live, async |live| {
        let (status, body) = get(live, "/panic").await;
        assert_eq!(status, 500);
        assert!(body.contains("\"panic\"") && !body.contains("as asked"), "{body}");

        let began = Instant::now();
        let (status, body) = get(live, "/spin").await;
        assert_eq!(status, 503);
        assert!(body.contains("budget_time"), "{body}");
        assert!(began.elapsed() < Duration::from_secs(5));

        let (status, body) = get(live, "/recurse").await;
        assert_eq!(status, 503);
        assert!(body.contains("budget_stack"), "{body}");

        assert_eq!(get(live, "/fail").await.0, 418);
        assert_eq!(get(live, "/revision").await.0, 200);
    });
    let heard = rig.heard.0.lock().unwrap();
    let kinds: Vec<FaultKind> =
        heard.iter().filter_map(|m| if let ToControl::Fault { kind, .. } = m { Some(*kind) } else { None }).collect();
    assert_eq!(kinds, [FaultKind::Panic, FaultKind::Budget, FaultKind::Budget]);
    let told =
        heard.iter().find_map(|m| if let ToControl::Fault { message, route, .. } = m { Some((message, route)) } else { None }).unwrap();
    assert!(told.0.contains("as asked") && told.0.contains("lib.rs:") && told.1 == "GET /panic", "{told:?}");
}

#[test]
fn limits_of_calls_and_time_are_kept() {
    let rig = rig();
    let artifact = build("");
    let settings = FeatureSettings { concurrent_calls: 3, deadline_ms: 150, response_bytes: 1000, ..FeatureSettings::default() };
    rig.live.mount(kandra_live::Order { settings: settings.clone(), ..order(1, &artifact) }).unwrap();
    as_worker(&rig.live, async |live| {
        let calls: Vec<_> = (0..5)
            .map(|_| {
                let live = live.clone();
                tokio::task::spawn_local(async move { get(&live, "/never").await.0 })
            })
            .collect();
        let mut statuses = Vec::new();
        for call in calls {
            statuses.push(call.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [429, 429, 504, 504, 504]);
        assert_eq!(get(live, "/big/1001").await.0, 500);
        assert_eq!(get(live, "/big/1000").await.0, 200);
        live.configure(&slug(), FeatureSettings { paused: true, ..settings });
        assert_eq!(get(live, "/revision").await.0, 503);
        assert_eq!(live.report().in_flight, 0);
    });
}

#[test]
fn what_cannot_be_mounted_is_refused_and_leaves_nothing() {
    let rig = rig();
    let good = build("");
    rig.live.mount(order(1, &good)).unwrap();
    let refused = |artifact: &kandra_model::ArtifactHash| rig.live.mount(order(2, artifact)).unwrap_err();
    assert!(matches!(refused(&build("panicking")), MountError::Panicked { message, .. } if message == "mount is not for me"));
    assert!(matches!(refused(&build("endless")), MountError::Budget));
    let trespasser = refused(&build("trespassing"));
    assert!(trespasser.to_string().contains("/../other"), "{trespasser}");

    let MountError::Load(LoadError::Abi(differences)) = refused(&build_mismatched()) else { panic!("another layout was accepted") };
    assert!(differences.iter().any(|line| line.contains("route") && line.contains("expected")), "{differences:?}");

    let missing: kandra_model::ArtifactHash = "00".repeat(32).parse().unwrap();
    assert!(matches!(refused(&missing), MountError::Load(LoadError::Unreadable(_))));
    std::fs::copy(artifacts().join(good.as_str()), artifacts().join("11".repeat(32))).unwrap();
    assert!(matches!(refused(&"11".repeat(32).parse().unwrap()), MountError::Load(LoadError::Hash { .. })));

    use sha2::Digest;
    let truncated = &std::fs::read(artifacts().join(good.as_str())).unwrap()[..100_000];
    let hash: kandra_model::ArtifactHash = hex::encode(sha2::Sha256::digest(truncated)).parse().unwrap();
    std::fs::write(artifacts().join(hash.as_str()), truncated).unwrap();
    assert!(matches!(refused(&hash), MountError::Load(LoadError::Open(_))));

    as_worker(&rig.live, async |live| assert_eq!(get(live, "/revision").await.0, 200));
    assert_eq!(rig.live.report().libraries.len(), 1);
}

#[test]
fn data_stay_across_revisions_and_only_declared_capabilities_work() {
    let rig = rig();
    let (first, second, tableless) = (build(""), build("second"), build("tableless"));
    as_worker(&rig.live, async |live| {
        live.mount(order(1, &first)).unwrap();
        assert_eq!(call(live, "POST", "/count", "").await.body, br#"{"count":1,"revision":"first"}"#);
        live.mount(order(2, &second)).unwrap();
        assert_eq!(call(live, "POST", "/count", "").await.body, br#"{"count":2,"revision":"second"}"#);
        assert_eq!(call(live, "POST", "/publish", "{\"a\":\n1}").await.status, 204);
        assert_eq!(*rig.heard.1.lock().unwrap(), [("said".to_owned(), "\"{\\\"a\\\":\\n1}\"".to_owned())]);
        let bare = kandra_model::Presentation::default();
        live.mount(kandra_live::Order { presentation: bare, ..order(3, &tableless) }).unwrap();
        assert_eq!(call(live, "POST", "/count", "").await.status, 500);
        assert_eq!(call(live, "POST", "/publish", "1").await.status, 500);
        let (status, body) = get(live, "/notes").await;
        assert!(status == 500 && body.contains("the capability `sql`"), "{body}");
    });
    assert!(rig.data.path().join("trial.db").exists());
}

#[test]
fn log_lines_are_passed_on_bounded() {
    let rig = rig();
    rig.live.mount(order(1, &build(""))).unwrap();
    as_worker(&rig.live, async |live| {
        get(live, &format!("/log?text={}", "ä".repeat(10_000))).await;
        for _ in 0..300 {
            get(live, "/log?text=x").await;
        }
    });
    let heard = rig.heard.0.lock().unwrap();
    let lines: Vec<&String> =
        heard.iter().filter_map(|m| if let ToControl::Log { message, .. } = m { Some(message) } else { None }).collect();
    assert!(lines[0].len() <= 8 << 10 && lines[0].starts_with("ää"));
    assert!(lines.len() < 300, "{} lines in one burst", lines.len());
    assert!(rig.live.report().dropped > 0);
}

#[test]
fn thousands_of_waiting_calls_end_on_the_revision_on_which_they_began() {
    let rig = rig();
    let artifacts = [build(""), build("second")];
    let settings = FeatureSettings { concurrent_calls: 10_000, ..FeatureSettings::default() };
    as_worker(&rig.live, async |live| {
        let mut calls = Vec::new();
        for round in 0..10u32 {
            let artifact = &artifacts[round as usize % 2];
            live.mount(kandra_live::Order { settings: settings.clone(), ..order(round + 1, artifact) }).unwrap();
            for _ in 0..100 {
                let live = live.clone();
                let expected = if round % 2 == 0 { "first" } else { "second" };
                calls.push(tokio::task::spawn_local(async move { (get(&live, "/sleep/500").await, expected) }));
            }
            while live.report().libraries.iter().any(|library| library.serving && library.leases < 100) {
                tokio::task::yield_now().await;
            }
        }
        for call in calls {
            let ((status, body), expected) = call.await.unwrap();
            assert_eq!((status, body.as_str()), (200, expected));
        }
        unloaded(live, 9).await;
    });
}

#[test]
fn a_thread_that_has_not_joined_may_not_call() {
    let rig = rig();
    rig.live.mount(order(1, &build(""))).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let reply = runtime.block_on(call(&rig.live, "GET", "/revision", ""));
    assert_eq!(reply.status, 500);
    assert!(String::from_utf8(reply.body).unwrap().contains("not_a_worker"));
}

#[test]
fn the_database_of_a_feature_lives_through_swaps() {
    let rig = rig();
    let (first, second, clashing) = (build(""), build("second"), build("clashing"));
    let add = async |live: &Live, text: &str| {
        let reply = call(live, "POST", "/notes", text).await;
        (reply.status, String::from_utf8_lossy(&reply.body).into_owned())
    };
    as_worker(&rig.live, async |live| {
        live.mount(order(1, &first)).unwrap();
        assert_eq!(add(live, "milk").await, (200, r#"{"id":1,"text":"milk"}"#.to_owned()));
        assert_eq!(add(live, "milk").await.0, 409);
        let both = call(live, "POST", "/sql", "INSERT INTO note (text) VALUES ('a')\nINSERT INTO note (text) VALUES ('milk')").await;
        assert_eq!(both.status, 409);
        let refused = call(live, "POST", "/sql", "CREATE TABLE other (a)").await;
        assert_eq!(refused.status, 500);

        // The old revision goes on after a migration that only adds.
        live.mount(order(2, &second)).unwrap();
        assert_eq!(get(live, "/notes").await.1, r#"[{"id":1,"text":"milk","stars":3}]"#);
        assert!(rig.data.path().join("trial.sql.before-1.db").exists());
        live.mount(order(1, &first)).unwrap();
        assert_eq!(add(live, "tea").await.0, 200);

        let error = live.mount(order(3, &clashing)).unwrap_err();
        assert!(matches!(error, MountError::Migration(_)), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("migration 3") && text.contains("already exists") && text.contains("CREATE TABLE note (b)"), "{text}");
        assert_eq!(call(live, "POST", "/sql", "DELETE FROM more").await.status, 500);
        let (_, notes) = get(live, "/notes").await;
        assert!(notes.contains("milk") && notes.contains("tea"), "{notes}");

        // Many at once: each waits for its turn, and the worker for none of them.
        let calls: Vec<_> = (0..20)
            .map(|n| {
                let live = live.clone();
                tokio::task::spawn_local(async move { call(&live, "POST", "/notes", &n.to_string()).await.status })
            })
            .collect();
        for call in calls {
            assert_eq!(call.await.unwrap(), 200);
        }
    });
    let without = kandra_model::Presentation { capabilities: vec!["kv".to_owned()], ..rig::presentation() };
    let refused = rig.live.mount(kandra_live::Order { presentation: without, ..order(4, &first) }).unwrap_err();
    assert!(refused.to_string().contains("capability `sql`"), "{refused}");
    let heard = rig.heard.0.lock().unwrap();
    let said = |part: &str| heard.iter().any(|m| matches!(m, ToControl::Log { message, .. } if message.contains(part)));
    assert!(said("UNIQUE constraint failed") && said("routes.migration"), "{heard:?}");
}
