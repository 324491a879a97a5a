//! One fate: called, and looked at afterwards.

use super::{Fate, Outcome, neighbours::quiet_request};
use crate::{
    Server,
    load::{Connection, request},
};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Longer than any call may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a caller saw.
#[derive(Clone, Debug)]
pub struct Called {
    /// A status, with the problem's code where there is one; `broken` for a closed connection, `silent` for none; `not
    /// mounted` for a swap that was refused.
    pub answer: String,
    /// When it was known.
    pub at: Instant,
}

/// Calls it once: its route, or a swap to the revision that must be refused.
pub async fn call(server: &Server, fate: &Fate) -> Result<Called> {
    let answer = if fate.outcome == Outcome::Refused {
        refused_swap(server, fate).await?
    } else {
        let address = address(server);
        let ask = request("GET", address, &format!("/{}/fate", fate.name), None);
        let exchange = async { Connection::open(address).await?.exchange(&ask).await };
        match tokio::time::timeout(PATIENCE, exchange).await {
            Ok(Ok(reply)) => worded(reply.status, &serde_json::from_slice(&reply.body).unwrap_or(Value::Null)),
            Ok(Err(_)) => "broken".to_owned(),
            Err(_) => "silent".to_owned(),
        }
    };
    Ok(Called { answer, at: Instant::now() })
}

/// Swaps to its second revision. A build that cannot be mounted is built anew from its source, which is of no interest
/// here.
async fn refused_swap(server: &Server, fate: &Fate) -> Result<String> {
    let owner = server.owner();
    let swap = owner.post(&format!("/api/features/{}/rollback", fate.name), &json!({ "revision": 2 })).await?;
    let Some(run) = swap.body["run"].as_str() else { return Ok(worded(swap.status, &swap.body)) };
    // It may have ended by itself.
    owner.post(&format!("/api/runs/{run}/cancel"), &json!({})).await?;
    server.run_ended(run).await?;
    Ok("not mounted".to_owned())
}

fn worded(status: u16, body: &Value) -> String {
    match body["code"].as_str() {
        Some(code) if status >= 300 => format!("{status} {code}"),
        _ => status.to_string(),
    }
}

/// `host:port` of live.
pub fn address(server: &Server) -> &str {
    server.live.trim_start_matches("http://")
}

/// How long after `since` a neighbour answers on a new connection.
pub async fn served_again(server: &Server, since: Instant) -> Result<Duration> {
    let (address, ask) = (address(server), quiet_request(address(server), 0));
    loop {
        let attempt = async { Connection::open(address).await?.exchange(&ask).await };
        match tokio::time::timeout(Duration::from_secs(5), attempt).await {
            Ok(Ok(reply)) if reply.status == 200 => return Ok(since.elapsed()),
            _ => ensure!(since.elapsed() < PATIENCE, "no neighbour answered within {} s", PATIENCE.as_secs()),
        }
    }
}

/// What did not come out as it must, after the calls; empty when everything did. A contained feature is removed here, to
/// see whether it can be unloaded.
pub async fn aftermath(server: &Server, fate: &Fate, live_before: u32) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let owner = server.owner();
    let lives_on = server.live_pid() == Some(live_before);
    match fate.outcome {
        Outcome::Killed => {
            let record = until(server, &fate.name, |state| state == "quarantined").await?;
            if record["state"] != "quarantined" {
                problems.push(format!("it is not quarantined: {}", record["state"]));
            }
            if lives_on {
                problems.push("live did not die".to_owned());
            }
        }
        Outcome::Refused => {
            let record = record(server, &fate.name).await?;
            if record["revision"] != 1 || record["state"] != "live" {
                problems.push(format!("revision {} is {}", record["revision"], record["state"]));
            }
            let answer = reqwest::get(format!("{}/{}/fate?kindly", server.live, fate.name)).await?;
            if answer.status() != 200 {
                problems.push(format!("the revision before answers {}", answer.status()));
            }
        }
        Outcome::Contained => {
            let pinned = |report: &Value| report["pinned"].as_u64();
            let before = owner.get("/api/live").await?.body;
            let removed = owner.delete(&format!("/api/features/{}", fate.name)).await?;
            ensure!(removed.status < 300, "{} {}", removed.status, removed.text);
            let deadline = Instant::now() + PATIENCE;
            loop {
                let report = owner.get("/api/live").await?.body;
                let mapped = report["libraries"].as_array().into_iter().flatten().any(|library| library["feature"] == fate.name.as_str());
                if !mapped || Instant::now() > deadline {
                    if mapped || pinned(&report) != pinned(&before) {
                        problems.push("its library cannot be unmapped".to_owned());
                    }
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    if fate.outcome != Outcome::Killed && !lives_on {
        problems.push("live died".to_owned());
    }
    Ok(problems)
}

/// The feature's record, out of the list: the page of one feature shows its source too, which git may not have.
async fn record(server: &Server, slug: &str) -> Result<Value> {
    let list = server.owner().get("/api/features?limit=200").await?.body;
    let all = list["features"].as_array().context("a list of features")?;
    Ok(all.iter().find(|feature| feature["slug"] == slug).with_context(|| format!("{slug} is not listed"))?.clone())
}

/// The feature's record, once its state fits, or as it is after some seconds.
async fn until(server: &Server, slug: &str, fits: impl Fn(&str) -> bool) -> Result<Value> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let record = record(server, slug).await?;
        if fits(record["state"].as_str().context("a feature has a state")?) || Instant::now() > deadline {
            return Ok(record);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
