//! Every fate once or twice, without a clock: what `scripts/bench fates` measures at length.

use anyhow::{Context, Result};
use futures_util::future::try_join_all;
use kandra_tests::{
    Options,
    fates::{Fate, Outcome, home, neighbours::Neighbours, trial},
};

#[tokio::test(flavor = "multi_thread")]
async fn no_feature_takes_its_neighbours_down() -> Result<()> {
    let fates = Fate::all()?;
    let server = home::start(&fates, Options::default()).await?;
    let address = trial::address(&server).to_owned();
    let mut problems = Vec::new();

    // All that is contained at once.
    let live = server.live_pid().context("live runs")?;
    let neighbours = Neighbours::begin(&address);
    let contained: Vec<_> = fates.iter().filter(|fate| fate.outcome != Outcome::Killed).collect();
    let called = try_join_all(contained.iter().map(async |fate| {
        let (first, second) = if fate.outcome == Outcome::Refused {
            // Swaps follow each other.
            (trial::call(&server, fate).await?, trial::call(&server, fate).await?)
        } else {
            tokio::try_join!(trial::call(&server, fate), trial::call(&server, fate))?
        };
        anyhow::Ok((fate, [first.answer, second.answer]))
    }))
    .await?;
    let seen = neighbours.end().await?;
    for (fate, answers) in called {
        println!("{}: {answers:?}", fate.name);
        problems.extend(answers.iter().filter(|answer| !fate.expects(answer)).map(|answer| format!("{}: {answer}", fate.name)));
    }
    if seen.failed() > 0 {
        problems.push(format!("neighbours failed: {:?}", seen.failures));
    }
    for fate in contained {
        problems.extend(trial::aftermath(&server, fate, live).await?.into_iter().map(|problem| format!("{}: {problem}", fate.name)));
    }

    for fate in fates.iter().filter(|fate| fate.outcome == Outcome::Killed) {
        let live = server.live_pid().context("live runs")?;
        let neighbours = Neighbours::begin(&address);
        let called = trial::call(&server, fate).await?;
        let after = trial::served_again(&server, called.at).await?;
        println!("{}: {}, served again after {} ms", fate.name, called.answer, after.as_millis());
        let seen = neighbours.end().await?;
        if !fate.expects(&called.answer) {
            problems.push(format!("{}: {}", fate.name, called.answer));
        }
        if seen.refused > 0 {
            problems.push(format!("{}: {} connections refused", fate.name, seen.refused));
        }
        problems.extend(trial::aftermath(&server, fate, live).await?.into_iter().map(|problem| format!("{}: {problem}", fate.name)));
    }
    assert_eq!(problems, [] as [String; 0]);
    Ok(())
}
