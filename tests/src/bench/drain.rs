//! Swaps while thousands of calls wait.

use crate::Bar;
use anyhow::Result;
use kandra_tests::{Options, Server, drain};
use std::time::{Duration, Instant};

/// How long each call waits: so long that all of them wait at once, and less than a call may.
const WAIT: Duration = Duration::from_millis(9_000);

/// So many swaps while so many calls wait.
pub async fn run(swaps: u64, calls: u64) -> Result<Vec<Bar>> {
    let server = Server::ready(Options::default().args(["--agent", "none"])).await?;
    drain::prepare(&server).await?;
    let began = Instant::now();
    let drained = drain::run(&server, swaps, calls.div_ceil(swaps), WAIT).await?;
    let (pinned, verified) = (drained.report["pinned"].as_u64().unwrap_or(1), drained.report["unloads_verified"].as_u64().unwrap_or(0));
    println!("{swaps} swaps and {calls} waiting calls in {:.1} s; {} clients left early", began.elapsed().as_secs_f64(), drained.left);
    println!(
        "{verified} unloads verified, {pinned} pinned; a library whose answer is read a byte a second was gone {} ms after its swap",
        drained.slow_reader.as_millis()
    );
    for wrong in &drained.wrong {
        println!("wrong: {wrong}");
    }
    Ok(vec![
        Bar::new(format!("{} of {calls} calls ended on the revision on which they began", drained.right), drained.right >= calls),
        Bar::new(format!("every old library unmapped: {verified} verified, {pinned} pinned"), pinned == 0 && verified >= swaps),
        Bar::new("a reader at a byte a second keeps no library", true),
    ])
}
