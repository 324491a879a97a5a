//! Features, their history and candidates over the API; the test plays the live process where one is needed.

use super::{api, from, get, no_proof, owner, post, problem, read};
use crate::app::testing::{Rig, rig};
use actix_web::{body::to_bytes, http::Method};
use kandra_model::{
    Cause, Finding, Origin, Presentation, Revision, RevisionRecord, RouteSpec, RunId, RunState, Slug, Stage, StageOutcome, Tier, Timestamp,
};
use kandra_store::{Draft, Files, Mount, NewRun, RunEnd, Saved};
use kandra_wire::{CallStatistics, LiveReport, Outcome, RouteStatistics};
use serde_json::{Value, json};

fn files(text: &str) -> Files {
    [
        ("Cargo.toml".to_owned(), "[package]\n".to_owned()),
        ("src/lib.rs".to_owned(), text.to_owned()),
        ("contract.toml".to_owned(), "# none\n".to_owned()),
    ]
    .into()
}

/// Saves and mounts a revision of `poll`, as the pipeline does.
async fn revision(rig: &Rig, number: u32, text: &str) {
    let record = RevisionRecord {
        feature: "poll".parse().unwrap(),
        revision: Revision(number),
        source: format!("{number:064x}").parse().unwrap(),
        commit: String::new(),
        run: RunId::generate(),
        request: None,
        origin: Origin::Submission,
        message: format!("revision {number}"),
        presentation: Presentation { title: "Tea <or> coffee".to_owned(), summary: "A poll".to_owned(), ..Presentation::default() },
        routes: vec![RouteSpec { method: "GET".to_owned(), path: "/".to_owned() }],
        mounted: false,
        created_at: Timestamp::from_millis(1),
    };
    let record = rig.app.trail().save(Saved { record, files: files(text), author: None }).await.unwrap();
    rig.app.store().record_revision(record).await.unwrap();
    let artifact = format!("{number:064x}").parse().unwrap();
    let mount = Mount { feature: "poll".parse().unwrap(), revision: Revision(number), artifact, tier: Tier::Quick, run: None };
    rig.app.store().mount(mount).await.unwrap();
}

/// Answers every command with this report.
fn play_live(rig: &mut Rig) -> tokio::task::JoinHandle<()> {
    let report = LiveReport {
        routes: vec![RouteStatistics {
            method: "GET".to_owned(),
            path: "/poll/items/{id}".to_owned(),
            feature: "poll".parse().unwrap(),
            revision: Revision(2),
            calls: CallStatistics { calls: 7, errors: 1, p50_us: 1_500, p99_us: 9_000 },
        }],
        pinned: 0,
        ..LiveReport::default()
    };
    let (_, spare) = tokio::sync::mpsc::channel(1);
    let mut commands = std::mem::replace(&mut rig.live.commands, spare);
    tokio::spawn(async move {
        while let Some(pending) = commands.recv().await {
            let _ = pending.reply.send(Ok(Outcome::Report(Box::new(report.clone()))));
        }
    })
}

#[actix_web::test]
async fn a_feature_is_shown_with_its_source_and_past() {
    let mut rig = rig(no_proof);
    let playing = play_live(&mut rig);
    let api = api(&rig).await;
    assert_eq!(problem(api(get("/api/features/poll")).await).await, (404, "not_found".into()));
    revision(&rig, 1, "one\n").await;
    revision(&rig, 2, "two\n").await;
    let (status, poll) = read(api(get("/api/features/poll")).await).await;
    assert_eq!(status, 200, "{poll}");
    assert_eq!(
        (&poll["slug"], &poll["revision"], &poll["tier"], &poll["state"]),
        (&json!("poll"), &json!(2), &json!("quick"), &json!("live"))
    );
    assert_eq!((&poll["url"], &poll["process"]), (&json!("http://127.0.0.1:8081/poll"), &json!("main")));
    assert_eq!((&poll["source"]["src/lib.rs"], &poll["contract"]), (&json!("two\n"), &json!("# none\n")));
    assert_eq!((&poll["statistics"]["calls"], &poll["statistics"]["errors"]), (&json!(7), &json!(1)));
    assert_eq!(poll["commit"].as_str().unwrap().len(), 40);
    let elsewhere = get("/api/features/poll").insert_header(("Host", "192.168.1.5:8080"));
    assert_eq!(read(api(elsewhere).await).await.1["url"], "http://192.168.1.5:8081/poll");

    let (_, list) = read(api(get("/api/features")).await).await;
    assert_eq!((&list["features"][0]["title"], &list["next"]), (&json!("Tea <or> coffee"), &Value::Null));
    assert!(list["features"][0].get("source").is_none());
    let (_, revisions) = read(api(get("/api/features/poll/revisions?limit=1")).await).await;
    assert_eq!((&revisions["revisions"][0]["revision"], revisions["next"].is_string()), (&json!(2), true));
    let (_, diff) = read(api(get("/api/features/poll/diff")).await).await;
    assert_eq!((&diff["from"], &diff["to"]), (&json!(1), &json!(2)));
    assert!(diff["text"].as_str().unwrap().contains("-one\n+two\n"), "{diff}");
    let (_, first) = read(api(get("/api/features/poll/diff?to=1")).await).await;
    assert_eq!((&first["from"], first["files"].as_array().unwrap().len()), (&Value::Null, 3));
    assert_eq!(problem(api(get("/api/features/poll/diff?from=1&to=9")).await).await, (404, "not_found".into()));
    assert_eq!(read(api(get("/api/features/poll/logs")).await).await, (200, json!({ "logs": [], "next": null })));
    let widget = api(get("/api/features/poll/widget")).await;
    assert_eq!(widget.status(), 307);
    assert_eq!(widget.headers().get("location").unwrap(), "http://127.0.0.1:8081/poll/widget");
    let misled = api(get("/api/features/poll/widget").insert_header(("X-Forwarded-Host", "evil.example"))).await;
    assert_eq!(misled.headers().get("location"), widget.headers().get("location"));

    let (_, routes) = read(api(get("/api/routes")).await).await;
    let route = &routes["routes"][0];
    assert_eq!(
        (&route["method"], &route["path"], &route["calls"], &route["p50"], &route["p99"]),
        (&json!("GET"), &json!("/poll/items/{id}"), &json!(7), &json!(1.5), &json!(9.0))
    );
    let (_, live) = read(api(get("/api/live")).await).await;
    assert_eq!((&live["pinned"], &live["processes"][0]["name"]), (&json!(0), &json!("main")));
    let (_, document) = read(api(get("/openapi.json")).await).await;
    let operation = &document["paths"]["/poll/items/{id}"]["get"];
    assert_eq!(
        (&operation["servers"][0]["url"], &operation["parameters"][0]["name"]),
        (&json!("http://127.0.0.1:8081"), &json!("id")),
        "{operation}"
    );
    playing.abort();
}

#[actix_web::test]
async fn without_live_features_are_shown_without_figures() {
    let mut rig = rig(no_proof);
    rig.live.commands.close();
    let api = api(&rig).await;
    revision(&rig, 1, "one\n").await;
    let (status, list) = read(api(get("/api/features")).await).await;
    assert_eq!((status, &list["features"][0]["statistics"]), (200, &Value::Null));
    let response = api(get("/api/routes")).await;
    assert!(response.headers().contains_key("retry-after"));
    assert_eq!(problem(response).await, (503, "live_unavailable".into()));
}

#[actix_web::test]
async fn a_submission_before_the_gates_are_ready_is_told_to_wait() {
    let rig = rig(no_proof);
    let api = api(&rig).await;
    let send = |body: Value| from(1, Method::POST, "/api/features").set_json(body);
    assert_eq!(problem(api(send(json!({ "files": files("x"), "message": "m" }))).await).await, (503, "not_ready".into()));
    assert_eq!(problem(api(send(json!({ "files": { "a": 1 } }))).await).await, (400, "malformed".into()));
    assert_eq!(problem(api(send(json!({ "files": {}, "base_revision": -1 }))).await).await, (400, "malformed".into()));
    let large = json!({ "files": { "src/lib.rs": "x".repeat(3 << 20) } });
    assert_eq!(problem(api(send(large)).await).await, (413, "too_large".into()));
}

#[actix_web::test]
async fn a_base_that_never_was_is_refused_as_such() {
    let rig = rig(no_proof);
    let poll: Slug = "poll".parse().unwrap();
    let refused = async |base| rig.app.refuse_unknown_base(&poll, Revision(base)).await.err().map(|error| error.to_string());
    assert_eq!(refused(1).await.unwrap(), "base_revision: there is no revision 1 of poll, which is new; leave it out");
    revision(&rig, 1, "one\n").await;
    revision(&rig, 2, "two\n").await;
    assert_eq!((refused(1).await, refused(2).await), (None, None));
    assert_eq!(refused(7).await.unwrap(), "base_revision: there is no revision 7 of poll; the newest is 2");
}

#[actix_web::test]
async fn a_refused_edit_on_disk_is_told_on_the_features_page() {
    let rig = rig(no_proof);
    let api = api(&rig).await;
    revision(&rig, 1, "one\n").await;
    let new = NewRun {
        cause: Cause::Edit,
        feature: Some("poll".parse().unwrap()),
        title: "Poll".to_owned(),
        provenance: "by hand".to_owned(),
        author: None,
        draft: None,
    };
    let store = rig.app.store();
    let run = store.start_run(new).await.unwrap().id;
    store.begin_stage(run, Stage::Lint, 1).await.unwrap();
    store.end_stage(run, Stage::Lint, StageOutcome::Refused, vec![Finding::error("K001", "no <unsafe> here")]).await.unwrap();
    let failed = RunEnd { state: RunState::Failed, request: None, failure: Some("Lint refused it.".to_owned()), failure_code: None };
    store.end_run(run, failed).await.unwrap();
    let page = async |path: &str| String::from_utf8(to_bytes(api(get(path)).await.into_body()).await.unwrap().to_vec()).unwrap();
    let link = format!("href=\"/api/runs/{run}\"");
    // The files are as the revision has them: whoever edited them has taken it back.
    assert!(!page("/features/poll").await.contains(&link));
    let file = rig.app.home().root().join("world/features/poll/src/lib.rs");
    std::fs::write(file, "unsafe\n").unwrap();
    for path in ["/features/poll", "/features/poll/history"] {
        let html = page(path).await;
        assert!(html.contains(&link) && html.contains("no &#60;unsafe&#62; here") && html.contains("revision 1"), "{path}: {html}");
    }
}

#[actix_web::test]
async fn candidates_wait_for_the_owner() {
    let rig = rig(no_proof);
    let api = api(&rig).await;
    revision(&rig, 1, "one\n").await;
    let draft = Draft {
        slug: "poll".parse().unwrap(),
        files: files("two\n"),
        message: "better".to_owned(),
        origin: Origin::Submission,
        base_revision: Some(Revision(1)),
    };
    let new = NewRun {
        cause: Cause::Submission,
        feature: Some("poll".parse().unwrap()),
        title: "Poll".to_owned(),
        provenance: "submitted".to_owned(),
        author: None,
        draft: Some(draft),
    };
    let run = rig.app.store().start_run(new).await.unwrap().id;
    let path = format!("/api/candidates/{run}");
    assert_eq!(problem(api(owner(&rig, Method::GET, &path)).await).await, (404, "not_found".into()));
    rig.app.store().end_run(run, RunEnd { state: RunState::Waiting, request: None, failure: None, failure_code: None }).await.unwrap();
    let (_, list) = read(api(owner(&rig, Method::GET, "/api/candidates")).await).await;
    assert_eq!((&list["candidates"][0]["id"], &list["candidates"][0]["message"]), (&json!(run), &json!("better")));
    let (_, one) = read(api(owner(&rig, Method::GET, &path)).await).await;
    assert_eq!(
        (&one["diff"]["files"][0]["path"], &one["files"]["src/lib.rs"], &one["base_revision"]),
        (&json!("src/lib.rs"), &json!("two\n"), &json!(1))
    );
    let (status, rejected) =
        read(api(owner(&rig, Method::POST, &format!("{path}/reject")).set_json(json!({ "reason": "Too <much>." }))).await).await;
    assert_eq!((status, &rejected["state"]), (200, &json!("failed")), "{rejected}");
    assert!(rejected["failure"].as_str().unwrap().contains("Too <much>."));
    assert_eq!(problem(api(owner(&rig, Method::POST, &format!("{path}/approve"))).await).await, (409, "run_state".into()));
    let (_, shown) = read(api(get(&format!("/api/runs/{run}"))).await).await;
    assert_eq!(shown["state"], "failed");
    assert_eq!(read(api(get("/api/runs?feature=poll&state=failed")).await).await.1["runs"][0]["id"], json!(run));
    assert_eq!(problem(api(post(&format!("/api/runs/{run}/cancel"))).await).await.0, 403);
}
