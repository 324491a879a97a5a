//! Hostile submissions from many addresses: everything still answers, nothing of theirs is mounted, and the next good
//! feature goes through.

use crate::Bar;
use anyhow::Result;
use kandra_tests::{Options, Server, storm};
use std::time::Duration;

/// How long those who are told to come back later do so.
const PATIENCE: Duration = Duration::from_secs(300);

/// Lets so many break loose.
pub async fn run(submissions: usize, addresses: u8) -> Result<Vec<Bar>> {
    let server = Server::ready(Options::default().args(["--agent", "none"])).await?;
    let seen = storm::run(&server, submissions, addresses, storm::Bombs::All, PATIENCE).await?;
    println!(
        "{submissions} submissions from {addresses} addresses in {:.1} s; the last run ended {:.1} s later",
        seen.lasted, seen.settled
    );
    println!("{:>6} × told to come back later", seen.told_to_wait);
    for (answer, count) in &seen.answers {
        println!("{count:>6} × {answer}");
    }
    println!("{:<28} {:>7} {:>8} {:>8} {:>9}", "asked 10 times a second", "asked", "failed", "p99 ms", "longest");
    for asked in &seen.health {
        println!("{:<28} {:>7} {:>8} {:>8.1} {:>9.1}", asked.what, asked.answers, asked.failed, asked.p99, asked.longest);
    }
    println!("at most {} runs at once; the good feature afterwards took {:.1} s", seen.most_at_work, seen.good);
    let mut bars: Vec<Bar> =
        seen.health.iter().map(|asked| Bar::new(format!("{}: every answer came", asked.what), asked.failed == 0)).collect();
    bars.push(Bar::new(format!("no hostile submission was mounted: {:?}", seen.mounted), seen.mounted.is_empty()));
    bars.push(Bar::new(format!("at most 16 submissions at work: {}", seen.most_at_work), seen.most_at_work <= 16));
    bars.push(Bar::new("live did not die", seen.lives_on));
    Ok(bars)
}
