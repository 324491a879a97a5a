//! `kandra check`: the server's gates over crates on disk, for developers and CI.
//!
//! Paths arrive; findings leave, in the order of the paths, and the exit code of the first crate that was refused. What was
//! judged before, byte for byte and by these same gates, is not judged again ([`cache`]); the rest is judged side by side.
//! Only `--fix` writes to an author's files, and only what has exactly one right answer.

mod cache;
mod fix;
mod paths;
mod side_by_side;

use super::print_line;
use crate::{
    args::{Check, Format},
    config_file,
    exit::Code,
    report::{self, Checked, Verdict},
    terminal,
};
use anyhow::{Context, Result};
use cache::{Cache, Key};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use kandra_gate::{
    CallerDouble, Cancel, Contract, Files, Finding, Gate, GateConfig, MissingLayers, Slug, Stage, StageFailure, StageOutcome, Tier,
    WarmProgress, Workshop,
};
use serde_json::json;
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Judges every crate; the exit code is that of the first one refused.
pub fn run(options: Check) -> Result<Code> {
    let paths = match &options.since {
        Some(revision) => paths::changed(&options.paths, revision)?,
        None => options.paths.clone(),
    };
    let missing = if options.dangerously_run_strangers_code_unconfined { MissingLayers::Allow } else { MissingLayers::Refuse };
    let gate = gate(missing)?;
    if options.fix {
        fix::run(&gate, &paths, options.dry_run)?;
        if options.dry_run {
            return Ok(Code::Ok);
        }
    }
    let cache = if options.no_cache { None } else { Some(Cache::open(&config_file::cache()?, &gate)?) };
    let expected = expectations(options.paths.iter().chain(&options.with));
    let mut crates: Vec<Crate> = paths.iter().map(|path| Crate::read(path, &expected, cache.as_ref())).collect();
    if crates.iter().any(|one| matches!(one.state, State::ToJudge { .. })) {
        warm(&gate)?;
    }
    crates.iter_mut().for_each(|one| one.prepare(&gate));
    let all = side_by_side::run(
        crates,
        options.jobs,
        |one| one.judged(&gate, cache.as_ref()),
        |checked| match options.format {
            Format::Human => print_line(report::human(checked).trim_end()),
            Format::Github if !checked.findings.is_empty() => print_line(report::github(checked).trim_end()),
            _ => Ok(()),
        },
    )?;
    match options.format {
        Format::Json => print_line(&serde_json::to_string_pretty(&json!({ "schema": 1, "features": all }))?)?,
        Format::Sarif => print_line(&serde_json::to_string_pretty(&report::sarif(&all))?)?,
        Format::Github => report::github_summary(&all)?,
        Format::Human => {}
    }
    if let Some(cache) = cache {
        cache.tidy();
    }
    if all.iter().any(|checked| !checked.cached && checked.verdict == Verdict::Accepted) {
        // Nobody loads what a check has built.
        gate.collect(&Default::default())?;
    }
    let accepted = all.iter().filter(|c| c.verdict == Verdict::Accepted).count();
    let unchanged = all.iter().filter(|c| c.cached).count();
    let note = if unchanged > 0 { format!(" ({unchanged} unchanged since they were last judged)") } else { String::new() };
    terminal::say(format!("{accepted} of {} accepted{note}", all.len()));
    Ok(all.iter().map(code).find(|code| *code != Code::Ok).unwrap_or(Code::Ok))
}

fn code(checked: &Checked) -> Code {
    match checked.verdict {
        Verdict::Accepted => Code::Ok,
        Verdict::Refused => Code::of_stage(checked.stage),
        Verdict::Failed if checked.findings.iter().any(|f| f.code == "missing_layer") => Code::MissingLayer,
        Verdict::Failed => Code::Failure,
    }
}

/// A gate over the shared warm build, which may not be made yet: see [`warm`].
pub fn gate(missing_layers: MissingLayers) -> Result<Gate> {
    let cache = config_file::cache()?;
    let executable = std::env::current_exe().context("cannot find my own file")?;
    let config =
        GateConfig { exe: executable, artifacts: cache.join("check/artifacts"), scratch: cache.join("check/scratch"), missing_layers };
    Ok(Gate::new(Workshop::open(&cache)?, config))
}

/// Makes the warm build when it is not there.
pub fn warm(gate: &Gate) -> Result<()> {
    if gate.workshop().is_warm() {
        return Ok(());
    }
    terminal::say("preparing the SDK; this happens once for each toolchain and takes about a minute");
    with_bar(|progress| gate.warm(&Cancel::new(), progress))?;
    Ok(())
}

/// Shows how far a warm build is, where somebody looks.
fn with_bar(warm: impl FnOnce(&dyn Fn(WarmProgress)) -> Result<(), StageFailure>) -> Result<(), StageFailure> {
    let target = if terminal::interactive() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(1), target);
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {elapsed} {msg}").expect("a constant template"));
    let warmed = warm(&|progress| {
        bar.set_length(u64::from(progress.total));
        bar.set_position(u64::from(progress.done));
        bar.set_message(progress.what);
    });
    bar.finish_and_clear();
    warmed
}

/// Does the warm build that a crate needs beyond everybody's: the shelf's, when it names a crate of it.
fn warm_for(gate: &Gate, files: &Files) -> Result<(), StageFailure> {
    // What is refused needs none.
    let Ok(source) = gate.source(files.clone()) else { return Ok(()) };
    if gate.is_warm_for(&source) || gate.lint(source.clone(), &Cancel::new()).is_err() {
        return Ok(());
    }
    terminal::say("preparing the shelf of crates that features may name; this happens once for each toolchain and takes about a minute");
    with_bar(|progress| gate.warm_for(&source, &Cancel::new(), progress))
}

/// What the contracts of these crates expect of features that they call. A crate that cannot be read is refused elsewhere.
fn expectations<'p>(paths: impl Iterator<Item = &'p PathBuf>) -> Vec<CallerDouble> {
    let mut expected = Vec::new();
    for path in paths {
        let Ok(files) = kandra_gate::read_directory(path) else { continue };
        let files = texts(&files);
        let caller = files.get("Cargo.toml").and_then(|text| slug_of(text)).and_then(|slug| slug.parse::<Slug>().ok());
        let contract = files.get("contract.toml").and_then(|text| Contract::parse(text).ok());
        let (Some(caller), Some(contract)) = (caller, contract) else { continue };
        expected.extend(contract.calls.into_iter().map(|double| CallerDouble { caller: caller.clone(), double }));
    }
    expected
}

/// One crate on its way through a check.
struct Crate {
    checked: Checked,
    state: State,
}

enum State {
    /// As it was judged before, or as it could not be read.
    Known,
    ToJudge {
        files: Files,
        callers: Vec<CallerDouble>,
        key: Option<Key>,
    },
}

impl Crate {
    fn read(path: &Path, expected: &[CallerDouble], cache: Option<&Cache>) -> Self {
        let mut checked = Checked {
            path: path.display().to_string(),
            slug: None,
            verdict: Verdict::Accepted,
            stage: Stage::Source,
            findings: Vec::new(),
            timings_ms: BTreeMap::new(),
            cached: false,
            sources: BTreeMap::new(),
        };
        if let Some(finding) = paths::problem(path) {
            (checked.verdict, checked.findings) = (Verdict::Failed, vec![finding]);
            return Self { checked, state: State::Known };
        }
        let files = match kandra_gate::read_directory(path) {
            Ok(files) => files,
            Err(failure) => {
                checked.fail(failure);
                return Self { checked, state: State::Known };
            }
        };
        checked.sources = texts(&files);
        checked.slug = checked.sources.get("Cargo.toml").and_then(|text| slug_of(text));
        let slug = checked.slug.clone().unwrap_or_default();
        let of_it = |one: &&CallerDouble| one.double.feature.as_str() == slug && one.caller.as_str() != slug;
        let callers: Vec<CallerDouble> = expected.iter().filter(of_it).cloned().collect();
        let key = cache.map(|cache| cache.key(&files, &callers));
        if let (Some(cache), Some(key)) = (cache, &key)
            && cache.recall(key, &mut checked)
        {
            return Self { checked, state: State::Known };
        }
        Self { checked, state: State::ToJudge { files, callers, key } }
    }

    /// Makes the warm build that it needs, once for all.
    fn prepare(&mut self, gate: &Gate) {
        let State::ToJudge { files, .. } = &self.state else { return };
        if let Err(failure) = warm_for(gate, files) {
            self.checked.fail(failure);
            self.state = State::Known;
        }
    }

    fn judged(self, gate: &Gate, cache: Option<&Cache>) -> Checked {
        let mut checked = self.checked;
        let State::ToJudge { files, callers, key } = self.state else { return checked };
        let stage = Cell::new(Stage::Source);
        let timings = RefCell::new(BTreeMap::new());
        let judged = gate.run_beside(files, callers, Tier::Quick, &Cancel::new(), &|at, outcome, millis| {
            stage.set(at);
            if outcome != StageOutcome::Running {
                timings.borrow_mut().insert(at.as_str().to_owned(), millis);
            }
        });
        checked.stage = stage.get();
        checked.timings_ms = timings.into_inner();
        match judged {
            Ok(artifact) => {
                checked.slug = Some(artifact.slug().to_string());
                checked.findings = artifact.warnings().to_vec();
            }
            Err(failure) => checked.fail(failure),
        }
        if let (Some(cache), Some(key)) = (cache, key) {
            cache.keep(&key, &checked);
        }
        checked
    }
}

impl Checked {
    fn fail(&mut self, failure: StageFailure) {
        (self.verdict, self.findings) = match failure {
            StageFailure::Refused(findings) => (Verdict::Refused, findings),
            StageFailure::Failed(failure) => (Verdict::Failed, vec![Finding::error(failure.code(), failure.to_string())]),
            StageFailure::Cancelled => (Verdict::Failed, Vec::new()),
        };
    }
}

fn texts(files: &Files) -> BTreeMap<String, String> {
    files.iter().filter_map(|(name, bytes)| Some((name.clone(), String::from_utf8(bytes.clone()).ok()?))).collect()
}

fn slug_of(manifest: &str) -> Option<String> {
    let manifest: toml::Table = manifest.parse().ok()?;
    let name = manifest.get("package")?.get("name")?.as_str()?;
    Some(name.strip_prefix("kandra-feature-").unwrap_or(name).to_owned())
}
