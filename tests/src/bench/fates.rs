//! The table of fates: each misbehaving feature is called once a second while its neighbours are under a steady load.

use crate::Bar;
use anyhow::{Context, Result, ensure};
use kandra_tests::{
    Options, Server,
    fates::{
        Fate, Outcome, home,
        neighbours::{Neighbours, Seen},
        trial::{self, Called},
    },
};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// How much longer the slowest percent of the neighbours' visitors may wait.
const SLOWER_MS: f64 = 60.0;
/// How soon the neighbours must be served after live has died.
const BACK: Duration = Duration::from_millis(300);

/// Measures every fate, or those named.
pub async fn run(seconds: u64, quiet: u64, only: &[String]) -> Result<Vec<Bar>> {
    let mut fates = Fate::all()?;
    if let Some(unknown) = only.iter().find(|name| fates.iter().all(|fate| fate.name != **name)) {
        anyhow::bail!("there is no fate {unknown:?}");
    }
    fates.retain(|fate| only.is_empty() || only.contains(&fate.name));
    // Contained ones first: after a crash everything is loaded anew.
    fates.sort_by_key(|fate| (fate.outcome == Outcome::Killed, fate.row.clone(), fate.name.clone()));
    let server = home::start(&fates, Options::default()).await?;
    settle(&server, &fates).await?;
    println!("neighbours: {}; p99 and longest wait in ms", home::NEIGHBOURS.join(", "));
    println!(
        "{:<20} {:<36} {:<34} {:>7} {:>7} {:>8} {:>7} {:>7} {:>6}  verdict",
        "fate", "row of DESIGN 6", "callers saw", "quiet", "during", "longest", "failed", "refused", "back"
    );
    let mut bars = Vec::new();
    for fate in &fates {
        let one = measure(&server, fate, seconds, quiet).await.with_context(|| fate.name.clone())?;
        bars.push(one);
    }
    Ok(bars)
}

/// Waits until no optimised build is left to make, so that nothing is built during the measurement.
async fn settle(server: &Server, fates: &[Fate]) -> Result<()> {
    let gated = fates.iter().filter(|fate| fate.ungated.is_none()).map(|fate| fate.name.as_str());
    let waited_for: Vec<_> = gated.chain(home::NEIGHBOURS).collect();
    let deadline = Instant::now() + Duration::from_secs(300);
    loop {
        let list = server.owner().get("/api/features?limit=200").await?.body;
        let optimised = |name: &&str| {
            let mut all = list["features"].as_array().into_iter().flatten();
            all.any(|feature| feature["slug"] == **name && feature["tier"] == "optimised")
        };
        if waited_for.iter().all(optimised) {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "the optimised builds did not arrive");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn measure(server: &Server, fate: &Fate, seconds: u64, quiet: u64) -> Result<Bar> {
    let address = trial::address(server).to_owned();
    let live = server.live_pid().context("live runs")?;
    let before = Neighbours::begin(&address);
    tokio::time::sleep(Duration::from_secs(quiet)).await;
    let mut before = before.end().await?;

    let during = Neighbours::begin(&address);
    let (called, back) = call_once_a_second(server, fate, seconds).await?;
    let mut during = during.end().await?;
    let mut problems = trial::aftermath(server, fate, live).await?;

    let mut answers: BTreeMap<&str, usize> = BTreeMap::new();
    for one in &called {
        *answers.entry(&one.answer).or_default() += 1;
    }
    // Once it is quarantined, callers learn that it is not there.
    let first = called.first().context("it was called")?;
    let surprising = |answer: &str| !fate.expects(answer) && (fate.outcome != Outcome::Killed || answer == first.answer);
    problems.extend(answers.keys().filter(|answer| surprising(answer)).map(|answer| format!("a caller saw {answer}")));
    problems.extend(missed(fate, &mut before, &mut during, back));
    let callers = answers.iter().map(|(answer, count)| format!("{count}× {answer}")).collect::<Vec<_>>().join(", ");
    println!(
        "{:<20} {:<36} {callers:<34} {:>7.1} {:>7.1} {:>8.1} {:>7} {:>7} {:>6}  {}",
        fate.name,
        fate.row,
        before.millis(99.0),
        during.millis(99.0),
        during.millis(100.0),
        during.failed(),
        during.refused,
        back.map_or_else(String::new, |back| format!("{} ms", back.as_millis())),
        if problems.is_empty() { "holds".to_owned() } else { problems.join("; ") }
    );
    Ok(Bar::new(format!("{}: {}", fate.name, worded(fate.outcome)), problems.is_empty()))
}

fn worded(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Contained => "contained, its neighbours do not notice, it can be unloaded",
        Outcome::Refused => "refused, its neighbours do not notice, the revision before serves",
        Outcome::Killed => "live is replaced without a refused connection, it is quarantined at once",
    }
}

fn missed(fate: &Fate, before: &mut Seen, during: &mut Seen, back: Option<Duration>) -> Vec<String> {
    let mut missed = Vec::new();
    if fate.outcome == Outcome::Killed {
        if during.refused > 0 {
            missed.push(format!("{} connections were refused", during.refused));
        }
        if back.is_none_or(|back| back > BACK) {
            missed.push(format!("the neighbours were served again later than after {} ms", BACK.as_millis()));
        }
        return missed;
    }
    if during.failed() > 0 {
        missed.push(format!("neighbours failed: {:?}", during.failures));
    }
    if during.millis(99.0) > before.millis(99.0) + SLOWER_MS {
        missed.push(format!("the neighbours' p99 rose by more than {SLOWER_MS} ms"));
    }
    missed
}

/// Calls it once a second without waiting for answers; says too how long after its death live served again.
async fn call_once_a_second(server: &Server, fate: &Fate, seconds: u64) -> Result<(Vec<Called>, Option<Duration>)> {
    let started = tokio::time::Instant::now();
    let calls = (0..seconds).map(async |second| {
        tokio::time::sleep_until(started + Duration::from_secs(second)).await;
        let called = trial::call(server, fate).await?;
        let back = if called.answer == "broken" { Some(trial::served_again(server, called.at).await?) } else { None };
        anyhow::Ok((called, back))
    });
    let all = futures_util::future::try_join_all(calls).await?;
    let back = all.iter().filter_map(|(_, back)| *back).max();
    Ok((all.into_iter().map(|(called, _)| called).collect(), back))
}
