//! From accepted source to the card, as two open event streams hear it.

use crate::{Bar, median};
use anyhow::{Context, Result};
use kandra_tests::{Heard, Options, Server};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

const REQUESTS: [&str; 20] = [
    "A counter that everybody can click",
    "Vote between pizza, sushi and tacos",
    "A guestbook",
    "A todo list for the garden",
    "A list of books with title, author and year",
    "How many days until 2030-01-01",
    "Roll two dice",
    "Convert miles to kilometres",
    "Quote of the day",
    "A word counter",
    "A notes board",
    "Tic-tac-toe",
    "A colour palette",
    "Who should do the dishes: Ann, Bob or Eve",
    "A poll: tea or coffee",
    "A list of plants with name, last watered and location",
    "Convert celsius to fahrenheit",
    "Countdown to 2031-05-04",
    "A shopping list with item and amount",
    "A counter for cups of coffee",
];

const STAGES: [&str; 8] = ["source", "lint", "build", "inspect", "probe", "commit", "load", "mount"];

/// Asks for 20 features, one after another.
pub async fn run() -> Result<Vec<Bar>> {
    let server = Server::ready(Options::default().args(["--agent", "offline", "--difficulty", "0"])).await?;
    let mut streams = [server.events().await?, server.events().await?];
    let mut totals = Vec::new();
    let mut stages: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    println!("{:<58} {:>9} {}", "request", "total ms", STAGES.map(|s| format!("{s:>8}")).join(""));
    for title in REQUESTS {
        let request = server.visitor().ask(title).await?;
        anyhow::ensure!(request["recipe"].is_string(), "no recipe fits {title:?}");
        let id = request["id"].as_str().context("a request has an id")?.to_owned();
        let start = server.owner().post(&format!("/api/requests/{id}/start"), &serde_json::json!({})).await?;
        anyhow::ensure!(start.status < 300, "{title}: {}", start.text);
        let started = streams[0].until(|event| event["kind"] == "run_started" && event["request"] == id.as_str()).await?;
        let run = started.event["run"].as_str().context("a run has an id")?.to_owned();
        let accepted = streams[0].until(|event| is_stage(event, &run, "prompt", "passed")).await?.at;
        let mut slowest = Duration::ZERO;
        for stream in &mut streams {
            let mounted = heard(stream, &run).await.with_context(|| title.to_owned())?;
            slowest = slowest.max(mounted.at.saturating_duration_since(accepted));
        }
        let record = server.run_ended(&run).await?;
        let millis = |stage: &str| {
            record["stages"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|s| s["stage"] == stage)
                .filter_map(|s| s["millis"].as_f64())
                .sum::<f64>()
        };
        let row: String = STAGES.map(|stage| format!("{:>8.0}", millis(stage))).concat();
        for stage in STAGES {
            stages.entry(stage).or_default().push(millis(stage));
        }
        totals.push(slowest.as_secs_f64() * 1000.0);
        println!("{title:<58} {:>9.0} {row}", slowest.as_secs_f64() * 1000.0);
        settle(&server, &id).await?;
    }
    let row: String = STAGES.map(|stage| format!("{:>8.0}", median(stages.get_mut(stage).expect("filled above")))).concat();
    let p50 = median(&mut totals);
    println!("{:<58} {p50:>9.0} {row}", "median");
    let p95 = totals[(totals.len() * 95).div_ceil(100) - 1];
    Ok(vec![
        Bar::new(format!("p50 of accepted source to card: {p50:.0} ms, at most 1000"), p50 <= 1000.0),
        Bar::new(format!("p95 of accepted source to card: {p95:.0} ms, at most 2000"), p95 <= 2000.0),
    ])
}

fn is_stage(event: &Value, run: &str, stage: &str, outcome: &str) -> bool {
    event["kind"] == "run_stage" && event["run"] == run && event["stage"] == stage && event["outcome"] == outcome
}

/// The moment at which a page would show the card.
async fn heard(stream: &mut kandra_tests::Events, run: &str) -> Result<Heard> {
    let mut mounted = None;
    let ended = stream.until(|event| event["kind"] == "feature_mounted" || (event["kind"] == "run_ended" && event["run"] == run)).await?;
    if ended.event["kind"] == "feature_mounted" {
        mounted = Some(ended.clone());
    }
    mounted.with_context(|| format!("the run ended without a card: {}", ended.event))
}

/// Waits until the optimised build of the feature serves, so that the next measurement has idle cores.
async fn settle(server: &Server, request: &str) -> Result<()> {
    let owner = server.owner();
    let slug = server.request_is(request, &["live"]).await?["feature"].as_str().context("a live request names its feature")?.to_owned();
    let deadline = Instant::now() + Duration::from_secs(60);
    while owner.get(&format!("/api/features/{slug}")).await?.body["tier"] != "optimised" && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    Ok(())
}
