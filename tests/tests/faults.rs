//! A short run of the faults that `scripts/bench faults` tries at length.

use anyhow::Result;
use kandra_tests::faults::{STAGES, kill_control, kill_live};
use std::time::Duration;

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
