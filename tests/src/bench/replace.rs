//! Planned replacements of live under load: nobody is refused, no call fails, no increment is lost.

use crate::{
    Bar,
    swap::{deploy, report},
};
use anyhow::{Context, Result, ensure};
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

/// Replaces live so many times in a row.
pub async fn run(times: u64, connections: usize) -> Result<Vec<Bar>> {
    let server = Server::ready(Options::default().args(["--agent", "none"])).await?;
    for slug in ["bench-counter", "bench-stateful"] {
        deploy(&server, slug, &feature_crate(&format!("tests/features/{slug}"))?, None).await?;
    }
    let address = server.live.trim_start_matches("http://").to_owned();
    let stop = Arc::new(AtomicBool::new(false));
    let load = |path: &str| {
        let request = load::request("POST", &address, path, Some(("application/json", b"{}")));
        let (stop, address) = (Arc::clone(&stop), address.clone());
        tokio::spawn(async move { load::run(&address, request, connections, Bodies::Keep, stop).await })
    };
    // One counter in the database, one in memory.
    let loads = [load("/bench-counter/hit"), load("/bench-stateful/hit")];
    let newcomers = {
        let (stop, address) = (Arc::clone(&stop), address.clone());
        tokio::spawn(async move { knock(&address, &stop).await })
    };

    let owner = server.owner();
    let mut steps = Vec::new();
    for _ in 0..times {
        let began = Instant::now();
        let answer = owner.post("/api/live/replace", &json!({})).await?;
        ensure!(answer.status == 200, "a replacement was refused: {} {}", answer.status, answer.text);
        steps.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    stop.store(true, Ordering::Relaxed);

    let mut bars = Vec::new();
    for (name, running) in ["kv", "in memory"].into_iter().zip(loads) {
        let mut outcome = running.await??;
        let mut counts = outcome
            .bodies
            .iter()
            .map(|body| serde_json::from_slice::<Value>(body)?["count"].as_u64().context("count"))
            .collect::<Result<Vec<_>>>()?;
        counts.sort_unstable();
        let consecutive = counts.iter().enumerate().all(|(index, count)| *count == index as u64 + 1);
        let [median, slow, slowest] = [50.0, 99.0, 100.0].map(|percent| outcome.percentile(percent));
        println!(
            "{name}: {} answers ({:.0}/s), p50 {median} µs, p99 {slow} µs, slowest {slowest} µs, failed {} {:?}",
            outcome.good,
            outcome.rate(),
            outcome.failed,
            outcome.failures
        );
        bars.push(Bar::new(format!("{name}: 0 failed: {}", outcome.failed), outcome.failed == 0 && outcome.good > 0));
        bars.push(Bar::new(format!("{name}: {} counts strictly consecutive", counts.len()), consecutive && !counts.is_empty()));
    }
    let (knocked, refused) = newcomers.await??;
    let live = report(&server).await?;
    let process = &live["processes"][0];
    println!("{times} replacements, median {:.0} ms from request to answer; {knocked} new connections", crate::median(&mut steps));
    bars.push(Bar::new(
        format!("0 of {knocked} new connections refused or left without an answer: {refused}"),
        refused == 0 && knocked > 0,
    ));
    bars.push(Bar::new(
        format!("{} replacements by plan, {} restarts", process["replacements"], process["restarts"]),
        process["replacements"] == times && process["restarts"] == 0,
    ));
    Ok(bars)
}

/// A new connection for each request; answers how many, and how many had no good answer.
async fn knock(address: &str, stop: &AtomicBool) -> Result<(u64, u64)> {
    let request = load::request("GET", address, "/healthz", None);
    let (mut knocked, mut refused) = (0, 0);
    while !stop.load(Ordering::Relaxed) {
        knocked += 1;
        let answered = async { load::Connection::open(address).await?.exchange(&request).await };
        match answered.await {
            Ok(reply) if reply.status == 200 => {}
            other => {
                refused += 1;
                if refused < 4 {
                    println!("a new connection failed: {other:?}");
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok((knocked, refused))
}
