//! A small storm of hostile submissions: what `scripts/bench storm` tries with ten times as many. Without a clock.

use anyhow::Result;
use kandra_tests::{
    Options, Server,
    storm::{self, Bombs},
};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn everything_answers_through_a_storm_and_nothing_of_it_is_mounted() -> Result<()> {
    let server = Server::ready(Options::default().args(["--agent", "none"])).await?;
    let seen = storm::run(&server, 36, 12, Bombs::Quick, Duration::ZERO).await?;
    for (answer, count) in &seen.answers {
        println!("{count:>3} × {answer}");
    }
    for asked in &seen.health {
        println!("{asked:?}");
        assert_eq!(asked.failed, 0, "{asked:?}");
        assert!(asked.answers > 0);
    }
    assert_eq!(seen.mounted, [] as [String; 0]);
    assert!(seen.most_at_work <= 16 && seen.lives_on, "{seen:?}");
    Ok(())
}
