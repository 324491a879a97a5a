//! Faults: `kill -9` of live under load, and of control at random instants in each stage of a run.

use crate::{Options, Server, feature_crate, load};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// The stages of a run, in order.
pub const STAGES: [&str; 9] = ["prompt", "source", "lint", "build", "inspect", "probe", "commit", "load", "mount"];

/// What killing live came to.
#[derive(Debug)]
pub struct LiveKilled {
    /// Connections refused during the whole load.
    pub refused: u64,
    /// From each kill to the first answer on a new connection, milliseconds.
    pub back_after_ms: Vec<f64>,
}

/// Kills live so many times, with so long a pause before each, while connections come and go. More than five kills in a
/// minute are answered with pauses before the next start.
pub async fn kill_live(times: usize, pause: Duration) -> Result<LiveKilled> {
    let server = Server::ready(Options::default().args(["--agent", "none"])).await?;
    let run = server.deploy(&feature_crate("tests/features/bench-counter")?, None).await?;
    ensure!(run["state"] == "succeeded", "{run}");
    let address = server.live.trim_start_matches("http://").to_owned();
    let stop = Arc::new(AtomicBool::new(false));
    let refused = Arc::new(AtomicU64::new(0));
    // New connections all the time: a refusal is what must not happen.
    let knocking: Vec<_> = (0..4)
        .map(|_| {
            let (address, stop, refused) = (address.clone(), Arc::clone(&stop), Arc::clone(&refused));
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    match tokio::net::TcpStream::connect(&address).await {
                        Err(e) if e.kind() == std::io::ErrorKind::ConnectionRefused => {
                            refused.fetch_add(1, Ordering::Relaxed);
                        }
                        _ => {}
                    }
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            })
        })
        .collect();
    let request = load::request("POST", &address, "/bench-counter/hit", Some(("application/json", b"{}")));
    let loading = {
        let (address, request, stop) = (address.clone(), request.clone(), Arc::clone(&stop));
        tokio::spawn(async move { load::run(&address, request, 16, load::Bodies::Drop, stop).await })
    };
    let mut back_after_ms = Vec::new();
    for _ in 0..times {
        tokio::time::sleep(pause).await;
        let pid = server.live_pid().context("live runs")?;
        Server::signal(pid, "KILL")?;
        let killed = Instant::now();
        loop {
            // A fresh connection each time; one that hangs in the backlog counts as waiting.
            let attempt = async { load::Connection::open(&address).await?.exchange(&request).await };
            match tokio::time::timeout(Duration::from_secs(5), attempt).await {
                Ok(Ok(reply)) if reply.status == 200 => break,
                _ => ensure!(killed.elapsed() < Duration::from_secs(10), "live did not come back within 10 s"),
            }
        }
        back_after_ms.push(killed.elapsed().as_secs_f64() * 1000.0);
    }
    stop.store(true, Ordering::Relaxed);
    for task in knocking {
        task.await?;
    }
    loading.await??;
    Ok(LiveKilled { refused: refused.load(Ordering::Relaxed), back_after_ms })
}

/// What one kill of control came to; `problems` is empty when everything held.
#[derive(Debug)]
pub struct ControlKilled {
    /// In which stage.
    pub stage: &'static str,
    /// After how many milliseconds in it.
    pub after_ms: u64,
    /// What did not hold.
    pub problems: Vec<String>,
}

/// Kills control so many times in each of `stages`, at instants spread over the first `spread_ms` of the stage.
pub async fn kill_control(rounds: u64, stages: &[&'static str], mut told: impl FnMut(&ControlKilled)) -> Result<Vec<ControlKilled>> {
    let ports = free_ports()?;
    let (listen, live_listen) = (format!("127.0.0.1:{}", ports[0]), format!("127.0.0.1:{}", ports[1]));
    let arguments = ["--agent", "offline", "--interval", "1", "--difficulty", "0", "--listen", &listen, "--live-listen", &live_listen];
    let mut server = Server::ready(Options::default().args(arguments)).await?;
    let run = server.deploy(&feature_crate("tests/features/bench-counter")?, None).await?;
    ensure!(run["state"] == "succeeded", "{run}");
    let mut acknowledged = Acknowledged::default();
    let mut results = Vec::new();
    let mut number = 0u64;
    for round in 0..rounds {
        for stage in stages {
            number += 1;
            // A low-discrepancy sequence instead of chance: instants differ and a failure can be repeated.
            let spread = if *stage == "build" { 350 } else { 20 };
            let after_ms = (number.wrapping_mul(2_654_435_761) >> 7) % spread;
            let problems = one_kill(&mut server, stage, after_ms, &mut acknowledged, round * 100 + number).await?;
            let result = ControlKilled { stage, after_ms, problems };
            told(&result);
            results.push(result);
        }
    }
    Ok(results)
}

#[derive(Default)]
struct Acknowledged {
    requests: BTreeSet<String>,
    count: u64,
}

async fn one_kill(server: &mut Server, stage: &str, after_ms: u64, acknowledged: &mut Acknowledged, number: u64) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut events = server.events().await?;
    let request = server.owner().post("/api/requests", &json!({ "title": format!("A counter for round {number}"), "details": "" })).await?;
    ensure!(request.status == 201, "{}", request.text);
    let id = request.body["id"].as_str().context("id")?.to_owned();
    acknowledged.requests.insert(id.clone());
    server.owner().post(&format!("/api/requests/{id}/start"), &json!({})).await?;
    let begun = tokio::time::timeout(
        Duration::from_secs(30),
        events.until(|e| e["kind"] == "run_stage" && e["stage"] == stage && e["outcome"] == "running"),
    );
    if begun.await.is_err() {
        problems.push(format!("the stage {stage} was never begun"));
    }
    hit(server, acknowledged).await;
    tokio::time::sleep(Duration::from_millis(after_ms)).await;
    server.kill()?;
    server.restart().await?;
    server.wait_ready().await?;
    for known in &acknowledged.requests {
        if server.owner().get(&format!("/api/requests/{known}")).await?.status != 200 {
            problems.push(format!("the request {known} is gone"));
        }
    }
    let ended = server.request_is(&id, &["live", "failed", "needs_model"]).await?;
    if ended["state"] != "live" {
        problems.push(format!("the run was not taken up again: {ended}"));
    }
    let before = acknowledged.count;
    hit_until(server, acknowledged).await?;
    if acknowledged.count <= before {
        problems.push(format!("the counter went from {before} to {}", acknowledged.count));
    }
    problems.extend(agreement(server).await?);
    Ok(problems)
}

/// One hit; what is acknowledged must never be lost. During a kill there may be no answer.
async fn hit(server: &Server, acknowledged: &mut Acknowledged) -> bool {
    let Ok(response) = reqwest::Client::new().post(format!("{}/bench-counter/hit", server.live)).send().await else { return false };
    let Ok(value) = response.json::<Value>().await else { return false };
    let Some(count) = value["count"].as_u64() else { return false };
    acknowledged.count = count;
    true
}

async fn hit_until(server: &Server, acknowledged: &mut Acknowledged) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !hit(server, acknowledged).await {
        ensure!(Instant::now() < deadline, "the counter feature did not come back within 20 s");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Whether git, kandra.db and the artifacts tell the same story.
async fn agreement(server: &Server) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let git = |arguments: &[&str]| -> Result<String> {
        let output = std::process::Command::new("git").arg("--git-dir").arg(server.home().join("world.git")).args(arguments).output()?;
        ensure!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let fsck =
        std::process::Command::new("git").arg("--git-dir").arg(server.home().join("world.git")).args(["fsck", "--strict"]).output()?;
    if !fsck.status.success() {
        problems.push(format!("git fsck: {}", String::from_utf8_lossy(&fsck.stderr)));
    }
    let features = server.owner().get("/api/features?limit=200").await?.body;
    for feature in features["features"].as_array().into_iter().flatten() {
        let slug = feature["slug"].as_str().unwrap_or_default();
        let revisions = server.owner().get(&format!("/api/features/{slug}/revisions")).await?.body;
        for revision in revisions["revisions"].as_array().into_iter().flatten() {
            let commit = revision["commit"].as_str().unwrap_or_default();
            if git(&["cat-file", "-t", commit]).map(|t| t.trim() != "commit").unwrap_or(true) {
                problems.push(format!("{slug} revision {} names no commit of git: {commit:?}", revision["revision"]));
            }
        }
        let log = git(&["log", "--format=%H %(trailers:key=Kandra-Revision,valueonly,separator=%x2C)", "--", &format!("features/{slug}")])?;
        let committed = log.lines().filter(|line| line.split_whitespace().nth(1).is_some()).count();
        let recorded = revisions["revisions"].as_array().map_or(0, Vec::len);
        if committed != recorded {
            problems.push(format!("{slug}: {committed} commits in git, {recorded} revisions in kandra.db"));
        }
    }
    for entry in std::fs::read_dir(server.home().join("artifacts"))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let bytes = std::fs::read(entry.path())?;
        let hash = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&bytes));
        if name != hash {
            problems.push(format!("a partial artifact: {name}"));
        }
    }
    Ok(problems)
}

fn free_ports() -> Result<[u16; 2]> {
    let held = [std::net::TcpListener::bind("127.0.0.1:0")?, std::net::TcpListener::bind("127.0.0.1:0")?];
    Ok([held[0].local_addr()?.port(), held[1].local_addr()?.port()])
}
