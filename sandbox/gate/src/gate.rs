//! The gates in order, with what they share: the workshop, the binary that children re-execute, the places to write.

use crate::{
    Artifact, ArtifactKey, BuildLimits, Built, Cancel, Files, GateError, Inspected, Linted, MissingLayers, Source, StageFailure,
    WarmProgress, Workshop, artifact, build, inspect, lint,
    probe::{self, Serving},
    source,
};
use kandra_model::{CallerDouble, Stage, StageOutcome, Tier};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

/// Where the gates work and how strict they are.
#[derive(Clone, Debug)]
pub struct GateConfig {
    /// The `kandra` binary, which children re-execute in their roles.
    pub exe: PathBuf,
    /// Where artifacts go, named by their hash. Created when missing.
    pub artifacts: PathBuf,
    /// Private to this gate: build directories and probe candidates. Created when missing.
    pub scratch: PathBuf,
    /// What to do when a required layer of the jail does not hold.
    pub missing_layers: MissingLayers,
}

/// Hears each stage begin (`Running`, 0) and end (how, after how many milliseconds).
pub type Report<'a> = &'a dyn Fn(Stage, StageOutcome, u64);

/// The gates. Clones share everything.
#[derive(Clone, Debug)]
pub struct Gate {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) workshop: Workshop,
    pub(crate) config: GateConfig,
    pub(crate) limits: BuildLimits,
}

impl Gate {
    /// Gates over a workshop, warm or not yet.
    pub fn new(workshop: Workshop, config: GateConfig) -> Self {
        Self::with_limits(workshop, config, BuildLimits::default())
    }

    /// The same with other limits of one build.
    pub fn with_limits(workshop: Workshop, config: GateConfig, limits: BuildLimits) -> Self {
        Self { inner: Arc::new(Inner { workshop, config, limits }) }
    }

    pub(crate) fn limits(&self) -> &BuildLimits {
        &self.inner.limits
    }

    /// What it builds with.
    pub fn workshop(&self) -> &Workshop {
        &self.inner.workshop
    }

    /// Where it works.
    pub fn config(&self) -> &GateConfig {
        &self.inner.config
    }

    /// Does the one-time warm build if it is not done: [`Workshop::warm`] with this gate's binary and strictness.
    pub fn warm(&self, cancel: &Cancel, progress: &dyn Fn(WarmProgress)) -> Result<(), StageFailure> {
        self.inner.workshop.warm(&self.inner.config.exe, self.inner.config.missing_layers, cancel, progress)
    }

    /// Reads a crate from disk: see [`crate::read_directory`].
    pub fn read_directory(&self, path: &Path) -> Result<Files, StageFailure> {
        source::read_directory(path)
    }

    /// The source gate.
    pub fn source(&self, files: Files) -> Result<Source, StageFailure> {
        source::check(files)
    }

    /// The lint gate, in a disposable child.
    pub fn lint(&self, source: Source, cancel: &Cancel) -> Result<Linted, StageFailure> {
        lint::run(&self.inner.config, source, cancel)
    }

    /// The build gate: cargo in the jail, offline.
    pub fn build(&self, linted: Linted, tier: Tier, cancel: &Cancel) -> Result<Built, StageFailure> {
        build::run(self, linted, tier, cancel)
    }

    /// The inspect gate.
    pub fn inspect(&self, built: Built) -> Result<Inspected, StageFailure> {
        inspect::run(built)
    }

    /// The probe gate; what passes is written to the artifacts. `callers`: what features that call this one expect of it.
    pub fn probe(&self, inspected: Inspected, callers: Vec<CallerDouble>, cancel: &Cancel) -> Result<Artifact, StageFailure> {
        probe::run(&self.inner.config, inspected, callers, cancel)
    }

    /// Which of these expectations the revision that serves now meets.
    pub fn kept_by(&self, serving: &Serving, callers: Vec<CallerDouble>, cancel: &Cancel) -> Result<Vec<CallerDouble>, StageFailure> {
        probe::kept(&self.inner.config, serving, callers, cancel)
    }

    /// All gates in order. The callback hears each stage begin and end.
    pub fn run(&self, files: Files, tier: Tier, cancel: &Cancel, report: Report<'_>) -> Result<Artifact, StageFailure> {
        self.run_beside(files, Vec::new(), tier, cancel, report)
    }

    /// The same beside features that call this one, with what they expect of it.
    pub fn run_beside(
        &self,
        files: Files,
        callers: Vec<CallerDouble>,
        tier: Tier,
        cancel: &Cancel,
        report: Report<'_>,
    ) -> Result<Artifact, StageFailure> {
        let source = observe(Stage::Source, report, || self.source(files))?;
        let linted = observe(Stage::Lint, report, || self.lint(source, cancel))?;
        let built = observe(Stage::Build, report, || self.build(linted, tier, cancel))?;
        let inspected = observe(Stage::Inspect, report, || self.inspect(built))?;
        observe(Stage::Probe, report, || self.probe(inspected, callers, cancel))
    }

    /// The key of the artifact that this source would become: source, SDK, lock, rustc and flags.
    pub fn artifact_key(&self, source: &Source, tier: Tier) -> ArtifactKey {
        artifact::key(&self.inner.workshop, source, tier)
    }

    /// Looks after the artifact directory: see [`artifact::Presence`].
    pub fn presence(&self, hash: &kandra_model::ArtifactHash) -> Result<artifact::Presence, GateError> {
        artifact::presence(&self.inner.config.artifacts, hash)
    }

    /// Removes artifacts that are not in `keep`, and build directories that were not used for long.
    pub fn collect(&self, keep: &std::collections::BTreeSet<kandra_model::ArtifactHash>) -> Result<artifact::Collected, GateError> {
        artifact::collect(&self.inner.config, keep)
    }
}

fn observe<T>(stage: Stage, report: Report<'_>, work: impl FnOnce() -> Result<T, StageFailure>) -> Result<T, StageFailure> {
    report(stage, StageOutcome::Running, 0);
    let started = Instant::now();
    let result = work();
    let outcome = match &result {
        Ok(_) => StageOutcome::Passed,
        Err(StageFailure::Refused(_)) => StageOutcome::Refused,
        Err(_) => StageOutcome::Failed,
    };
    report(stage, outcome, u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX));
    result
}
