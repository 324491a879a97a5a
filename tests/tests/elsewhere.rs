//! The binary alone on a machine without the checkout, and a server whose builds are of another toolchain.

use anyhow::{Context, Result, ensure};
use kandra_tests::{Events, Options, Server, binary, feature_crate};
use serde_json::{Value, json};
use std::{
    fs,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

async fn hit(url: &str) -> Result<Value> {
    Ok(reqwest::Client::new().post(url).send().await?.error_for_status()?.json().await?)
}

/// THE ONLY TEST THAT MAKES A WARM BUILD (about a minute on two idle cores). Everything that needs a cold cache belongs in
/// here.
#[tokio::test(flavor = "multi_thread")]
async fn the_binary_alone_serves_at_once_queues_and_then_builds() -> Result<()> {
    let machine = tempfile::Builder::new().prefix("kandra-elsewhere").tempdir()?;
    let at = machine.path();
    let program = at.join("kandra");
    fs::copy(binary(), &program)?;
    // Another person's home; the crates and the toolchain are those of the machine, as after installing Rust there.
    let home = std::env::var("HOME").context("HOME")?;
    let rust = |name: &str, folder: &str| (name.to_owned(), std::env::var(name).unwrap_or_else(|_| format!("{home}/{folder}")));
    let mut options = Options { program: Some(program), home: Some(at.join("server")), ..Options::default() };
    options.environment = vec![
        ("HOME".to_owned(), at.display().to_string()),
        ("XDG_CACHE_HOME".to_owned(), at.join("cache").display().to_string()),
        rust("CARGO_HOME", ".cargo"),
        rust("RUSTUP_HOME", ".rustup"),
    ];

    let server = Server::start(options).await?;
    println!("first answer after {} ms", server.first_answer.as_millis());
    ensure!(server.first_answer < Duration::from_secs(2), "the first answer took {:?}", server.first_answer);
    let visitor = server.visitor();
    let page = visitor.get("/").await?;
    assert_eq!(page.status, 200);
    let status = visitor.get("/api/status").await?.body;
    assert_eq!((&status["ready"], &status["warm"]["finished"]), (&json!(true), &json!(false)), "{status}");
    assert_eq!(visitor.get("/readyz").await?.status, 200, "requests are accepted");

    // A wish is taken and waits; what cannot wait says so.
    let request = visitor.ask("A counter that everybody can click").await?;
    let id = request["id"].as_str().context("id")?.to_owned();
    assert_eq!(request["state"], "pending");
    let dry = json!({ "files": feature_crate("tests/features/bench-counter")?, "message": "x" });
    let early = server.owner().post("/api/features?dry_run=true", &dry).await?;
    assert_eq!(early.status, 503, "{}", early.text);

    // Progress is in the status, on the page and among the events.
    let began = Instant::now();
    let mut seen: Vec<(u64, u64)> = Vec::new();
    let mut bar = false;
    loop {
        let warm = visitor.get("/api/status").await?.body["warm"].clone();
        ensure!(warm["failure"].is_null(), "{warm}");
        if warm["finished"] == true {
            break;
        }
        let step = (warm["done"].as_u64().unwrap_or(0), warm["total"].as_u64().unwrap_or(0));
        if step.1 > 0 && seen.last() != Some(&step) {
            seen.push(step);
            let page = visitor.get("/").await?.text;
            bar |= page.contains("<progress") || page.contains("role=\"progressbar\"");
        }
        assert_eq!(visitor.get(&format!("/api/requests/{id}")).await?.body["state"], "pending", "it waits for the build");
        ensure!(began.elapsed() < Duration::from_secs(540), "the warm build takes too long: {seen:?}");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    println!("warm build: {} s, {} steps seen", began.elapsed().as_secs(), seen.len());
    ensure!(seen.len() >= 5 && seen.is_sorted() && seen.iter().all(|(done, total)| done <= total), "{seen:?}");
    ensure!(bar, "the page shows a bar while the build goes on");
    let page = visitor.get("/").await?.text;
    ensure!(!page.contains("data-warm-text"), "no bar once it is done");

    // What waited is built by itself, and works.
    let live = server.request_is(&id, &["live"]).await?;
    let slug = live["feature"].as_str().context("feature")?;
    let widget = reqwest::get(format!("{}/{slug}/widget", server.live)).await?;
    assert_eq!(widget.status(), 200);
    ensure!(!at.join(".cache").exists() && at.join("cache/kandra").is_dir(), "the cache is where XDG_CACHE_HOME says");
    Ok(())
}

#[test]
fn a_killed_server_leaves_no_process_behind() -> Result<()> {
    let machine = tempfile::tempdir()?;
    let program = machine.path().join("kandra");
    fs::copy(binary(), &program)?;
    let name = program.display().to_string();
    let left = || -> Result<Vec<String>> {
        let commands = fs::read_dir("/proc")?.flatten().filter_map(|entry| fs::read_to_string(entry.path().join("cmdline")).ok());
        Ok(commands.filter(|line| line.starts_with(&name)).map(|line| line.replace('\0', " ")).collect())
    };
    // At the start it proves its jails: children that sleep, fork and wait.
    for millis in (0..600).step_by(60) {
        let mut server = Command::new(&program)
            .args(["serve", "--home", "home", "--listen", "127.0.0.1:0", "--live-listen", "127.0.0.1:0", "--agent", "none"])
            .current_dir(machine.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        std::thread::sleep(Duration::from_millis(millis));
        server.kill()?;
        server.wait()?;
    }
    // The last live may drain for five seconds.
    let deadline = Instant::now() + Duration::from_secs(15);
    while !left()?.is_empty() {
        ensure!(Instant::now() < deadline, "{:#?}", left()?);
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn builds_of_another_toolchain_are_made_anew_beside_the_serving_ones() -> Result<()> {
    let mut server = Server::ready(Options::default().args(["--agent", "none"])).await?;
    let mut events = server.events().await?;
    let run = server.deploy(&feature_crate("tests/features/bench-counter")?, None).await?;
    assert_eq!(run["state"], "succeeded", "{run}");
    let mounted = events.until(|e| e["kind"] == "feature_mounted").await?.event["id"].as_i64().context("id")?;
    drop(events);
    assert_eq!(hit(&format!("{}/bench-counter/hit", server.live)).await?["count"], 1);
    assert_eq!(server.stop().await?, Some(0));

    // What a start after an update of the toolchain, the SDK or kandra finds: libraries that other keys name.
    let db = rusqlite::Connection::open(server.home().join("kandra.db"))?;
    let changed = db.execute("UPDATE artifacts SET key = 'of-another-toolchain-' || key", [])?;
    ensure!(changed > 0, "the database names the library by its key");
    drop(db);
    // And an edit by hand that is refused: it must not stand in the rebuild's way.
    std::fs::write(server.home().join("world/features/bench-counter/src/lib.rs"), "fn mont(")?;

    server.restart().await?;
    let mut events = Events::open(&server.control, Some(mounted)).await?;
    let done = Arc::new(AtomicBool::new(false));
    let (url, stop) = (format!("{}/bench-counter/hit", server.live), Arc::clone(&done));
    let hitting = tokio::spawn(async move {
        let mut counts = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            counts.push(hit(&url).await?["count"].as_u64().context("count")?);
        }
        anyhow::Ok(counts)
    });
    let rebuilding = events.until(|e| e["kind"] == "feature_changed" && e["state"] == "rebuilding").await?.event;
    assert_eq!(rebuilding["feature"], "bench-counter");
    ensure!(rebuilding["reason"].as_str().is_some_and(|r| r.contains("anew")), "{rebuilding}");
    let mounted = events.until(|e| e["kind"] == "feature_mounted").await?.event;
    assert_eq!((&mounted["feature"], &mounted["revision"], &mounted["new"]), (&json!("bench-counter"), &json!(1), &json!(false)));
    // Meanwhile and afterwards it served, with its data.
    done.store(true, Ordering::Relaxed);
    let counted = hitting.await??;
    ensure!(counted.len() > 1 && counted.windows(2).all(|w| w[1] == w[0] + 1) && counted[0] == 2, "{counted:?}");
    let runs = server.owner().get("/api/runs?feature=bench-counter").await?.body;
    let of = |cause: &str| runs["runs"].as_array().into_iter().flatten().find(|run| run["cause"]["kind"] == cause);
    let (rebuild, edit) = (of("rebuild").context("a rebuild")?, of("edit").context("the edit's run")?);
    for (run, state) in [(rebuild, "succeeded"), (edit, "failed")] {
        let ended = server.run_ended(run["id"].as_str().context("id")?).await?;
        assert_eq!(ended["state"], state, "{ended}");
    }
    let feature = server.visitor().get("/api/features/bench-counter").await?.body;
    assert_eq!((&feature["state"], &feature["revision"]), (&json!("live"), &json!(1)), "{feature}");
    Ok(())
}
