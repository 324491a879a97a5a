//! A draft through the gates: source, lint, build, inspect, probe.

use super::{
    active::{Ticket, Why},
    halt::Halt,
    slots::Rank,
    stages::Stages,
};
use crate::app::App;
use kandra_gate::{Artifact, Files, Gate, Serving, Source, StageFailure};
use kandra_model::{FeatureState, Finding, Slug, SourceHash, Stage, StageOutcome, Tier};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::OwnedMutexGuard;

/// One pass of one draft.
pub(crate) struct Pass<'a> {
    pub app: &'a Arc<App>,
    pub ticket: &'a Ticket,
    /// `None` for a trial that leaves no trace.
    pub stages: Option<&'a Stages>,
    pub attempt: u32,
    pub rank: Rank,
    pub tier: Tier,
    /// The feature that this crate must be; `None`: whatever it says.
    pub slug: Option<&'a Slug>,
}

/// What passed, and the lock that its mount goes on holding.
pub(crate) struct Passed {
    pub artifact: Artifact,
    pub trying: OwnedMutexGuard<()>,
}

impl Pass<'_> {
    /// All gates in order. The place to build in is held from lint to probe.
    pub(crate) async fn run(&self, files: Files) -> Result<Passed, Halt> {
        let gate = self.ticket.unless_stopped(self.app.workshop().ready()).await?;
        let source = self.source(&gate, files).await?;
        let slug = source.slug().parse::<Slug>().ok();
        // Before the place to build in is taken: others need not wait for the shelf.
        let shelf = self.ticket.unless_stopped(self.app.workshop().ready_for(&gate, &source)).await?;
        shelf.map_err(|failure| Halt::from_stage(Stage::Build, failure, self.ticket.stop()))?;
        let slot = {
            let wish = self.app.active().clone();
            let run = self.ticket.run();
            let give_up = move || {
                wish.stop(run, &Why::Preempted);
            };
            self.ticket.unless_stopped(self.app.slots().acquire(self.rank, give_up)).await?
        };
        let (tier, cancel) = (self.tier, self.ticket.cancel().clone());
        let linted = self.stage(Stage::Lint, &gate, move |gate| gate.lint(source, &cancel)).await?;
        let cancel = self.ticket.cancel().clone();
        let built = self.stage(Stage::Build, &gate, move |gate| gate.build(linted, tier, &cancel)).await?;
        let inspected = self.stage(Stage::Inspect, &gate, move |gate| gate.inspect(built)).await?;
        let trying = self.ticket.unless_stopped(Arc::clone(self.app.trying()).lock_owned()).await?;
        let cancel = self.ticket.cancel().clone();
        let callers = match &slug {
            Some(slug) => self.app.callers_of(slug).await?,
            None => Vec::new(),
        };
        let serving = self.serving(slug.as_ref()).await?;
        let probe = move |gate: &Gate| {
            let callers = match serving {
                Some(serving) if !callers.is_empty() => gate.kept_by(&serving, callers, &cancel)?,
                // What nobody has kept so far is not asked for.
                _ => Vec::new(),
            };
            gate.probe(inspected, callers, &cancel)
        };
        let artifact = self.stage(Stage::Probe, &gate, probe).await?;
        drop(slot);
        Ok(Passed { artifact, trying })
    }

    /// What serves of this feature now.
    async fn serving(&self, slug: Option<&Slug>) -> Result<Option<Serving>, Halt> {
        let Some(slug) = slug else { return Ok(None) };
        let feature = self.app.store().feature(slug).await?.filter(|feature| feature.state != FeatureState::Removed);
        Ok(feature
            .and_then(|feature| Some(Serving { slug: feature.slug, artifact: feature.artifact?, presentation: feature.presentation })))
    }

    async fn source(&self, gate: &Gate, files: Files) -> Result<Source, Halt> {
        let expected = self.slug.cloned();
        let source = self
            .stage(Stage::Source, gate, move |gate| {
                let source = gate.source(files)?;
                match expected {
                    Some(slug) if slug.as_str() != source.slug() => Err(StageFailure::Refused(vec![other_slug(&slug, source.slug())])),
                    _ => Ok(source),
                }
            })
            .await?;
        if let Ok(slug) = source.slug().parse() {
            self.ticket.works_on(&slug, Some(hash(&source)));
        }
        Ok(source)
    }

    /// One stage on a thread that may block, noted from its beginning to its end.
    async fn stage<T: Send + 'static>(
        &self,
        stage: Stage,
        gate: &Gate,
        work: impl FnOnce(&Gate) -> Result<T, StageFailure> + Send + 'static,
    ) -> Result<T, Halt> {
        if let Some(why) = self.ticket.stop() {
            return Err(why.into());
        }
        if let Some(stages) = self.stages {
            stages.begin(stage, self.attempt);
        }
        let gate = gate.clone();
        let done = tokio::task::spawn_blocking(move || work(&gate)).await;
        let result =
            done.unwrap_or_else(|panic| Err(StageFailure::Failed(kandra_gate::GateError::Child(format!("a gate panicked: {panic}")))));
        if let Some(stages) = self.stages {
            let (outcome, findings) = match &result {
                Ok(_) => (StageOutcome::Passed, Vec::new()),
                Err(StageFailure::Refused(findings)) => (StageOutcome::Refused, bounded(findings)),
                Err(_) => (StageOutcome::Failed, Vec::new()),
            };
            stages.end(stage, outcome, findings);
        }
        result.map_err(|failure| Halt::from_stage(stage, failure, self.ticket.stop()))
    }
}

/// What is kept of findings: enough to act on.
fn bounded(findings: &[Finding]) -> Vec<Finding> {
    findings.iter().take(100).cloned().collect()
}

fn other_slug(expected: &Slug, found: &str) -> Finding {
    Finding::error("source/other-feature", format!("the package is named for the feature {found:?}, but this is {expected}"))
        .hint(format!("Name the package `{}`, or rename the folder.", expected.package()))
        .file("Cargo.toml")
}

/// The hash that names a source everywhere.
pub(crate) fn hash(source: &Source) -> SourceHash {
    let digest = hex::encode(Sha256::digest(source.canonical()));
    digest.parse().expect("a digest in lower-case hexadecimal")
}

/// The files as the gates take them.
pub(crate) fn bytes(files: &BTreeMap<String, String>) -> Files {
    files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect()
}
