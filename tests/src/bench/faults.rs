//! The faults at length, with their figures.

use crate::{Bar, median};
use anyhow::Result;
use kandra_tests::faults::{STAGES, kill_control, kill_live};
use std::time::Duration;

/// Between two kills of live: seldom enough that each start is immediate.
const PAUSE: Duration = Duration::from_millis(12_500);

/// Kills live, then control.
pub async fn run(live: usize, control: u64) -> Result<Vec<Bar>> {
    let mut killed = kill_live(live, PAUSE).await?;
    let slowest = killed.back_after_ms.iter().copied().fold(0.0, f64::max);
    let middle = median(&mut killed.back_after_ms);
    println!("live killed {live} times: served again after {middle:.0} ms (median), {slowest:.0} ms (slowest); {} refused", killed.refused);
    let results = kill_control(control, &STAGES, |one| {
        if !one.problems.is_empty() {
            println!("killed {} ms into {}: {:?}", one.after_ms, one.stage, one.problems);
        }
    })
    .await?;
    for stage in STAGES {
        let of_stage: Vec<_> = results.iter().filter(|r| r.stage == stage).collect();
        let bad = of_stage.iter().filter(|r| !r.problems.is_empty()).count();
        println!("{stage:<8} killed {} times, {bad} with problems", of_stage.len());
    }
    let bad = results.iter().filter(|r| !r.problems.is_empty()).count();
    Ok(vec![
        Bar::new(format!("no connection refused: {}", killed.refused), killed.refused == 0),
        Bar::new(format!("served again within 300 ms: slowest {slowest:.0} ms"), slowest <= 300.0),
        Bar::new(format!("{} kills of control, {bad} with problems", results.len()), bad == 0),
    ])
}
