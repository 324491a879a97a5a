//! Who has to agree before a revision that passed goes live.

use crate::{app::App, config::Approval};
use kandra_gate::Artifact;
use kandra_model::{Cause, FeatureState, Run, RunId, VoterId};
use kandra_store::{Draft, StoreError};

/// Lines of Rust above which a change is large.
const LARGE_LINES: usize = 500;
/// What a feature may use without its change being large.
const SMALL: [&str; 9] = ["routes", "widget", "pages", "kv", "sql", "log", "now", "random", "events"];

/// Whether a change goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Go,
    /// Until the owner agrees: why, in one sentence.
    Wait(String),
}

fn key(run: RunId) -> String {
    format!("approved/{run}")
}

impl App {
    /// Remembers that the owner agreed, across restarts.
    pub(crate) async fn remember_approval(&self, run: RunId) -> Result<(), StoreError> {
        self.store().set_setting(&key(run), &true).await
    }
}

/// Decides about what a run has made. `author` is `None` for the owner.
pub(super) async fn decide(
    app: &App,
    run: &Run,
    author: Option<&VoterId>,
    draft: &Draft,
    artifact: &Artifact,
) -> Result<Decision, StoreError> {
    let by_owner = match run.cause {
        Cause::Request { .. } => false,
        Cause::Submission => author.is_none(),
        Cause::Edit | Cause::Deletion | Cause::Rebuild | Cause::Optimise => true,
    };
    let asks_nobody = app.config().approval() == Approval::Auto && run.cause != Cause::Submission;
    if by_owner || asks_nobody || app.store().setting::<bool>(&key(run.id)).await? == Some(true) {
        return Ok(Decision::Go);
    }
    let exists = app.store().feature(&draft.slug).await?.is_some_and(|feature| feature.state != FeatureState::Removed);
    if run.cause == Cause::Submission && exists {
        return Ok(Decision::Wait(format!("{} belongs to somebody else, so the owner looks at this change first.", draft.slug)));
    }
    let lines = draft.files.iter().filter(|(path, _)| path.ends_with(".rs")).map(|(_, text)| text.lines().count()).sum();
    let presentation = artifact.presentation();
    Ok(policy(app.config().approval(), lines, &presentation.capabilities, &presentation.hosts))
}

fn policy(approval: Approval, lines: usize, capabilities: &[String], hosts: &[String]) -> Decision {
    let large = lines > LARGE_LINES || !hosts.is_empty() || capabilities.iter().any(|name| !SMALL.contains(&name.as_str()));
    match approval {
        Approval::Auto => Decision::Go,
        Approval::Large if !large => Decision::Go,
        Approval::Large => Decision::Wait("It is a large change, so the owner looks at it first.".to_owned()),
        Approval::Always => Decision::Wait("The owner looks at every change first.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_asks_for_what_it_says() {
        let kv = ["kv".to_owned()];
        let host = ["api.example.com".to_owned()];
        let waits = |approval, lines, hosts: &[String]| matches!(policy(approval, lines, &kv, hosts), Decision::Wait(_));
        assert!(!waits(Approval::Auto, 9_000, &host));
        assert!(!waits(Approval::Large, 100, &[]));
        assert!(waits(Approval::Large, 100, &host));
        assert!(waits(Approval::Large, 501, &[]));
        assert!(waits(Approval::Always, 1, &[]));
        assert!(matches!(policy(Approval::Large, 1, &["http".to_owned()], &[]), Decision::Wait(_)));
    }
}
