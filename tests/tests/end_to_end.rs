//! One job through everything: a visitor asks, the loop builds, the feature serves, is edited, rolled back, removed.

use anyhow::{Context, Result};
use kandra_tests::{Options, Server, feature_crate};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    fs,
    time::{Duration, Instant},
};

async fn live(server: &Server, method: Method, path: &str) -> Result<(u16, String)> {
    let response = reqwest::Client::new().request(method, format!("{}{path}", server.live)).send().await?;
    Ok((response.status().as_u16(), response.text().await?))
}

/// Waits until `check` says yes.
async fn eventually(what: &str, mut check: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !check().await? {
        anyhow::ensure!(Instant::now() < deadline, "not within 30 s: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_becomes_a_running_feature() -> Result<()> {
    let server = Server::ready(Options::default()).await?;
    assert!(server.first_answer < Duration::from_secs(2), "{:?}", server.first_answer);
    let live_before = server.live_pid().context("live runs")?;
    let mut events = server.events().await?;

    let request = server.visitor().ask("A counter that everybody can click").await?;
    assert_eq!(request["state"], "pending");
    assert_eq!(request["votes"], 1);
    assert!(request["recipe"].is_string(), "{request}");
    let id = request["id"].as_str().context("id")?.to_owned();

    // An empty queue starts it by itself, 10 s after asking.
    let mounted = events.until(|e| e["kind"] == "feature_mounted").await?.event;
    let slug = mounted["feature"].as_str().context("feature")?.to_owned();
    let done = server.request_is(&id, &["live"]).await?;
    assert_eq!(done["feature"], slug.as_str());

    let run = server.owner().get(&format!("/api/runs/{}", done["run"].as_str().context("run")?)).await?.body;
    let stages: Vec<&str> = run["stages"].as_array().context("stages")?.iter().filter_map(|s| s["stage"].as_str()).collect();
    assert_eq!(stages, ["prompt", "source", "lint", "build", "inspect", "probe", "commit", "load", "mount"]);
    assert!(run["provenance"].as_str().is_some_and(|p| p.starts_with("from recipe")), "{run}");

    let (status, widget) = live(&server, Method::GET, &format!("/{slug}/widget")).await?;
    assert_eq!(status, 200);
    assert!(widget.contains("<!doctype html>") || widget.contains("<!DOCTYPE html>"), "{widget}");

    let feature = server.visitor().get(&format!("/api/features/{slug}")).await?.body;
    assert_eq!(feature["revision"], 1);
    assert_eq!(feature["state"], "live");
    let routes = server.visitor().get("/api/routes").await?.body;
    assert!(routes["routes"].as_array().context("routes")?.iter().any(|r| r["feature"] == slug.as_str()), "{routes}");
    assert_eq!(server.live_pid(), Some(live_before), "nothing restarted");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_on_disk_swap_and_deletion_removes() -> Result<()> {
    let server = Server::ready(Options::default().args(["--agent", "none"])).await?;
    let files = feature_crate("tests/features/bench-counter")?;
    let run = server.deploy(&files, None).await?;
    assert_eq!(run["state"], "succeeded", "{run}");
    let (status, body) = live(&server, Method::POST, "/bench-counter/hit").await?;
    assert_eq!((status, body.as_str()), (200, r#"{"count":1,"generation":1}"#));

    // An edit by hand: the running feature changes, its data stays.
    let source = server.home().join("world/features/bench-counter/src/lib.rs");
    let text = fs::read_to_string(&source)?;
    fs::write(&source, text.replace("GENERATION: u32 = 1", "GENERATION: u32 = 7"))?;
    eventually("the edit serves", async || Ok(live(&server, Method::POST, "/bench-counter/hit").await?.1.contains("\"generation\":7")))
        .await?;
    let feature = server.owner().get("/api/features/bench-counter").await?.body;
    assert_eq!(feature["revision"], 2);

    // A save that does not compile commits nothing; the last good revision serves.
    fs::write(&source, text.replace("GENERATION: u32 = 1", "GENERATION: u32 = \"x\""))?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let feature = server.owner().get("/api/features/bench-counter").await?.body;
    assert_eq!(feature["revision"], 2);
    assert!(live(&server, Method::POST, "/bench-counter/hit").await?.1.contains("\"generation\":7"));
    fs::write(&source, text.replace("GENERATION: u32 = 1", "GENERATION: u32 = 7"))?;
    tokio::time::sleep(Duration::from_secs(1)).await;

    // Rollback says what stays; the data does.
    let rolled = server.owner().post("/api/features/bench-counter/rollback", &json!({ "revision": 1 })).await?;
    assert_eq!(rolled.status, 200, "{}", rolled.text);
    assert!(rolled.body["data"].as_str().is_some_and(|d| !d.is_empty()));
    let (_, body) = live(&server, Method::POST, "/bench-counter/hit").await?;
    let value: Value = serde_json::from_str(&body)?;
    assert_eq!(value["generation"], 1);
    assert!(value["count"].as_u64().is_some_and(|c| c > 3), "{value}");

    // A submission on an old revision is refused with the diff.
    let mut changed = files.clone();
    let lib = changed.get_mut("src/lib.rs").context("lib.rs")?;
    *lib = lib.replace("GENERATION: u32 = 1", "GENERATION: u32 = 9");
    let stale = server.owner().post("/api/features", &json!({ "files": changed, "base_revision": 2, "message": "x" })).await?;
    assert_eq!(stale.status, 409, "{}", stale.text);
    assert!(stale.body["diff"].as_str().is_some_and(|d| d.contains("GENERATION")), "{}", stale.text);

    let never = server.owner().post("/api/features", &json!({ "files": changed, "base_revision": 70, "message": "x" })).await?;
    assert_eq!((never.status, &never.body["field"]), (422, &json!("base_revision")), "{}", never.text);

    // Every old library is gone.
    eventually("one library is mapped", async || {
        let report = server.owner().get("/api/live").await?.body;
        Ok(report["libraries"].as_array().is_some_and(|l| l.len() == 1) && report["pinned"] == 0)
    })
    .await?;

    // Deleting the folder takes the routes away.
    fs::remove_dir_all(server.home().join("world/features/bench-counter"))?;
    eventually("the routes are gone", async || Ok(live(&server, Method::POST, "/bench-counter/hit").await?.0 == 404)).await?;
    eventually("no library is mapped", async || {
        Ok(server.owner().get("/api/live").await?.body["libraries"].as_array().is_some_and(Vec::is_empty))
    })
    .await?;
    Ok(())
}

/// Processor time that a process has used, in hundredths of a second (as Linux counts it everywhere today).
fn processor_time(pid: u32) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields: Vec<&str> = text.rsplit(')').next().context("stat")?.split_whitespace().collect();
    Ok(fields[11].parse::<u64>()? + fields[12].parse::<u64>()?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_has_nothing_to_do_rests() -> Result<()> {
    let server = Server::ready(Options::default().args(["--agent", "none"])).await?;
    for (file, text) in feature_crate("generated/counter")? {
        let path = server.home().join("world/features/counter").join(file);
        fs::create_dir_all(path.parent().context("a folder")?)?;
        fs::write(path, text)?;
    }
    eventually("it is optimised", async || Ok(server.visitor().get("/api/features/counter").await?.body["tier"] == "optimised")).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = processor_time(server.control_pid())?;
    tokio::time::sleep(Duration::from_secs(4)).await;
    let used = processor_time(server.control_pid())? - before;
    assert!(used < 20, "{used} hundredths of a second in four seconds of rest");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn votes_count_once_and_can_be_taken_back() -> Result<()> {
    let server = Server::start(Options::default().args(["--agent", "none", "--interval", "3600"])).await?;
    let first = server.visitor().ask("Something with weather").await?;
    let id = first["id"].as_str().context("id")?;
    // The test's only address has voted by asking.
    let again = server.visitor().post(&format!("/api/requests/{id}/vote"), &json!({})).await?;
    assert!(again.status < 300, "{}", again.text);
    assert_eq!(server.visitor().get(&format!("/api/requests/{id}")).await?.body["votes"], 1);
    let back = server.visitor().delete(&format!("/api/requests/{id}/vote")).await?;
    assert!(back.status < 300, "{}", back.text);
    assert_eq!(server.visitor().get(&format!("/api/requests/{id}")).await?.body["votes"], 0);
    let gone = server.visitor().delete(&format!("/api/requests/{id}")).await?;
    assert!(gone.status < 300, "{}", gone.text);
    assert_eq!(server.visitor().get(&format!("/api/requests/{id}")).await?.body["state"], "withdrawn");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_that_no_recipe_fits_waits_for_a_model() -> Result<()> {
    let server = Server::ready(Options::default()).await?;
    let request = server.visitor().ask("Translate my documents into Klingon").await?;
    let id = request["id"].as_str().context("id")?;
    let waits = server.request_is(id, &["needs_model"]).await?;
    assert!(waits["reason"].as_str().is_some_and(|r| r.len() > 10), "{waits}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn moderation_holds_what_only_the_owner_sees() -> Result<()> {
    let server = Server::start(Options::default().args(["--agent", "none", "--moderation", "all", "--interval", "3600"])).await?;
    let held = server.visitor().ask("A held wish").await?;
    assert_eq!(held["state"], "held");
    let id = held["id"].as_str().context("id")?;
    let visible = server.visitor().get("/api/requests").await?.body;
    assert!(visible["requests"].as_array().is_some_and(Vec::is_empty), "{visible}");
    let owners = server.owner().get("/api/requests").await?.body;
    assert!(owners["requests"].as_array().is_some_and(|r| r.iter().any(|r| r["id"] == id)), "{owners}");
    let declined = server.owner().post(&format!("/api/requests/{id}/decline"), &json!({ "reason": "Not here." })).await?;
    assert_eq!(declined.body["state"], "declined", "{}", declined.text);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_drains_and_a_restart_restores() -> Result<()> {
    let mut server = Server::ready(Options::default().args(["--agent", "none"])).await?;
    let run = server.deploy(&feature_crate("tests/features/bench-counter")?, None).await?;
    assert_eq!(run["state"], "succeeded", "{run}");
    live(&server, Method::POST, "/bench-counter/hit").await?;
    assert_eq!(server.stop().await?, Some(0));
    server.restart().await?;
    server.wait_ready().await?;
    eventually("the feature is back with its data", async || {
        Ok(live(&server, Method::POST, "/bench-counter/hit").await?.1.contains("\"count\":"))
    })
    .await?;
    let (_, body) = live(&server, Method::POST, "/bench-counter/hit").await?;
    assert!(serde_json::from_str::<Value>(&body)?["count"].as_u64().is_some_and(|c| c >= 3), "{body}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_revision_that_keeps_failing_is_taken_back() -> Result<()> {
    let server = Server::ready(Options::default().args(["--agent", "none"])).await?;
    let mut files = feature_crate("tests/features/bench-counter")?;
    assert_eq!(server.deploy(&files, None).await?["state"], "succeeded");
    let lib = files.get_mut("src/lib.rs").context("lib.rs")?;
    // What its contract does not try.
    *lib = lib.replace("GENERATION: u32 = 1", "GENERATION: u32 = 2").replace(
        "async fn hit(_req: Request, ctx: Ctx) -> Result<Response> {",
        "async fn hit(req: Request, ctx: Ctx) -> Result<Response> {\n    let _ = [1][req.query(\"at\").map_or(0, |at| at.len())];",
    );
    assert_eq!(server.deploy(&files, Some(1)).await?["state"], "succeeded");
    assert!(live(&server, Method::POST, "/bench-counter/hit").await?.1.contains("\"generation\":2"));
    for _ in 0..5 {
        assert_eq!(live(&server, Method::POST, "/bench-counter/hit?at=x").await?.0, 500);
    }
    eventually("the revision before serves", async || {
        Ok(live(&server, Method::POST, "/bench-counter/hit").await?.1.contains("\"generation\":1"))
    })
    .await?;
    eventually("the page says why", async || {
        let feature = server.owner().get("/api/features/bench-counter").await?.body;
        Ok(feature["revision"] == 1
            && feature["reason"].as_str().is_some_and(|r| r.contains("taken back") && r.contains("index out of bounds")))
    })
    .await?;
    // What failed waits for somebody who can repair it.
    let asked = async || Ok::<Value, anyhow::Error>(server.owner().get("/api/requests").await?.body["requests"][0].clone());
    eventually("a repair is asked for", async || Ok(!asked().await?.is_null())).await?;
    let repair: Value = asked().await?;
    assert_eq!(repair["repairs"], serde_json::json!({ "feature": "bench-counter", "revision": 2 }), "{repair}");
    assert_eq!((&repair["state"], &repair["votes"]), (&"needs_model".into(), &0.into()), "{repair}");
    assert!(repair["details"].as_str().is_some_and(|d| d.contains("POST /hit") && d.contains("index out of bounds")), "{repair}");
    Ok(())
}
