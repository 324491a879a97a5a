//! A short run of the swaps that `scripts/bench drain` tries at length.

use anyhow::Result;
use kandra_tests::{Options, Server, drain};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn waiting_calls_end_on_the_revision_on_which_they_began() -> Result<()> {
    let server = Server::ready(Options::default().args(["--agent", "none"])).await?;
    drain::prepare(&server).await?;
    let drained = drain::run(&server, 10, 20, Duration::from_millis(2_000)).await?;
    assert_eq!((drained.right, drained.wrong.as_slice()), (200, &[] as &[String]));
    assert_eq!(drained.report["pinned"], 0);
    assert!(drained.report["unloads_verified"].as_u64() >= Some(10), "{}", drained.report);
    Ok(())
}
