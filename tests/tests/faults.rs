//! A short run of the faults that `scripts/bench faults` tries at length.

use anyhow::Result;
use kandra_tests::{
    Options, Server,
    faults::{STAGES, kill_control, kill_live},
    feature_crate,
    load::{self, Bodies},
};
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

#[tokio::test(flavor = "multi_thread")]
async fn live_comes_back_and_no_connection_is_refused() -> Result<()> {
    let killed = kill_live(2, Duration::from_millis(1500)).await?;
    println!("{killed:?}");
    assert_eq!(killed.refused, 0);
    assert_eq!(killed.back_after_ms.len(), 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn control_takes_every_run_up_again() -> Result<()> {
    for killed in kill_control(1, &STAGES, |_| ()).await? {
        assert!(killed.problems.is_empty(), "killed {} ms into {}: {:?}", killed.after_ms, killed.stage, killed.problems);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_takes_over_and_no_call_fails() -> Result<()> {
    let server = Server::ready(Options::default().args(["--agent", "none"])).await?;
    let run = server.deploy(&feature_crate("tests/features/bench-stateful")?, None).await?;
    assert_eq!(run["state"], "succeeded", "{run}");
    let address = server.live.trim_start_matches("http://").to_owned();
    let request = load::request("POST", &address, "/bench-stateful/hit", Some(("application/json", b"{}")));
    let stop = Arc::new(AtomicBool::new(false));
    let running = {
        let (stop, address) = (Arc::clone(&stop), address.clone());
        tokio::spawn(async move { load::run(&address, request, 4, Bodies::Drop, stop).await })
    };
    for round in 1..=3 {
        let answer = server.owner().post("/api/live/replace", &json!({})).await?;
        assert_eq!((answer.status, &answer.body["replacements"]), (200, &json!(round)), "{}", answer.text);
    }
    stop.store(true, Ordering::Relaxed);
    let outcome = running.await??;
    assert_eq!(outcome.failed, 0, "{:?}", outcome.failures);
    // The counter is in memory: it has been handed over three times.
    let mut last = load::Connection::open(&address).await?;
    let answer = last.exchange(&load::request("POST", &address, "/bench-stateful/hit", Some(("application/json", b"{}")))).await?;
    let count = serde_json::from_slice::<serde_json::Value>(&answer.body)?["count"].as_u64();
    assert_eq!(count, Some(outcome.good + 1));
    let live = server.owner().get("/api/live").await?.body;
    assert_eq!(live["processes"][0]["restarts"], 0, "{live}");
    Ok(())
}
