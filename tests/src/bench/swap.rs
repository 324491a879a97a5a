//! Two prebuilt artifacts swapped under load: nothing fails, no count is lost or doubled, nothing stays mapped.

use crate::Bar;
use anyhow::{Context, Result};
use kandra_tests::{
    Options, Server, feature_crate,
    load::{self, Bodies},
};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// Swaps so many times a second for so long.
pub async fn run(seconds: u64, rate: u64, connections: usize) -> Result<Vec<Bar>> {
    let server = Server::ready(Options::default().args(["--agent", "none"])).await?;
    let mut files = feature_crate("tests/features/bench-counter")?;
    deploy(&server, "bench-counter", &files, None).await?;
    let source = files.get_mut("src/lib.rs").context("a crate has a lib.rs")?;
    *source = source.replace("GENERATION: u32 = 1", "GENERATION: u32 = 2");
    deploy(&server, "bench-counter", &files, Some(1)).await?;

    let owner = server.owner();
    let address = server.live.trim_start_matches("http://").to_owned();
    let request = load::request("POST", &address, "/bench-counter/hit", Some(("application/json", b"{}")));
    let stop = Arc::new(AtomicBool::new(false));
    let running = {
        let (stop, address) = (Arc::clone(&stop), address.clone());
        tokio::spawn(async move { load::run(&address, request, connections, Bodies::Keep, stop).await })
    };

    let (mut swaps, mut refused) = (0u64, 0u64);
    let mut resident_after_warmup = 0;
    let total = seconds * rate;
    let warmup = (total / 10).max(10);
    let mut steps = Vec::new();
    let mut tick = tokio::time::interval(Duration::from_micros(1_000_000 / rate));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(seconds) {
        tick.tick().await;
        let began = Instant::now();
        let answer = owner.post("/api/features/bench-counter/rollback", &json!({ "revision": 1 + swaps % 2 })).await?;
        if answer.status == 200 {
            swaps += 1;
            steps.push(began.elapsed().as_secs_f64() * 1000.0);
        } else {
            refused += 1;
            if refused < 4 {
                println!("a swap was refused: {} {}", answer.status, answer.text);
            }
        }
        if swaps == warmup {
            resident_after_warmup = report(&server).await?["resident_bytes"].as_u64().context("resident_bytes")?;
        }
    }
    stop.store(true, Ordering::Relaxed);
    let mut outcome = running.await??;
    let answered = settled(&server).await?;
    let resident = answered["resident_bytes"].as_u64().context("resident_bytes")?;
    let growth = resident as f64 / 1048576.0 - resident_after_warmup as f64 / 1048576.0;

    let mut counts = Vec::with_capacity(outcome.bodies.len());
    let mut generations = [0u64; 3];
    for body in &outcome.bodies {
        let value: Value = serde_json::from_slice(body)?;
        counts.push(value["count"].as_u64().context("count")?);
        generations[value["generation"].as_u64().unwrap_or(0).min(2) as usize] += 1;
    }
    counts.sort_unstable();
    let consecutive = counts.iter().enumerate().all(|(index, count)| *count == index as u64 + 1);

    println!(
        "{swaps} swaps in {:.1} s, {refused} refused, median {:.2} ms from request to answer",
        started.elapsed().as_secs_f64(),
        crate::median(&mut steps)
    );
    println!("{} answers ({:.0}/s), {} from generation 1 and {} from 2", outcome.good, outcome.rate(), generations[1], generations[2]);
    println!(
        "latency p50 {} µs, p99 {} µs; failed {} {:?}",
        outcome.percentile(50.0),
        outcome.percentile(99.0),
        outcome.failed,
        outcome.failures
    );
    println!("unloads verified {}, pinned {}, libraries now {}", answered["unloads_verified"], answered["pinned"], libraries(&answered));
    println!(
        "resident after {warmup} swaps {:.1} MiB, at the end {:.1} MiB",
        resident_after_warmup as f64 / 1048576.0,
        resident as f64 / 1048576.0
    );
    let bench = answered["libraries"].as_array().into_iter().flatten().filter(|l| l["feature"] == "bench-counter").count();
    Ok(vec![
        Bar::new(format!("{rate} swaps a second: {swaps} of {total} done"), swaps * 100 >= total * 97 && refused == 0),
        Bar::new(format!("0 failed requests: {}", outcome.failed), outcome.failed == 0 && outcome.good > 0),
        Bar::new(format!("{} counts strictly consecutive", counts.len()), consecutive && !counts.is_empty()),
        Bar::new("both generations answered", generations[1] > 0 && generations[2] > 0),
        Bar::new(format!("every old library unmapped: {bench} mapped"), bench == 1 && answered["pinned"] == 0),
        Bar::new(format!("resident memory grew by {growth:.2} MiB, at most 1"), growth <= 1.0),
    ])
}

/// Deploys and waits for the optimised build, so that nothing is built during the measurement.
pub(crate) async fn deploy(
    server: &Server,
    slug: &str,
    files: &std::collections::BTreeMap<String, String>,
    base: Option<u64>,
) -> Result<()> {
    let run = server.deploy(files, base).await?;
    anyhow::ensure!(run["state"] == "succeeded", "{run}");
    let deadline = Instant::now() + Duration::from_secs(60);
    while server.owner().get(&format!("/api/features/{slug}")).await?.body["tier"] != "optimised" {
        anyhow::ensure!(Instant::now() < deadline, "the optimised build did not arrive");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

pub(crate) async fn report(server: &Server) -> Result<Value> {
    Ok(server.owner().get("/api/live").await?.body)
}

fn libraries(report: &Value) -> usize {
    report["libraries"].as_array().map_or(0, Vec::len)
}

/// Live's report once its reaper has nothing left to do.
pub(crate) async fn settled(server: &Server) -> Result<Value> {
    for _ in 0..100 {
        let now = report(server).await?;
        if libraries(&now) <= 1 {
            return Ok(now);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    report(server).await
}
