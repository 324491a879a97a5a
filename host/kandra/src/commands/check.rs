//! `kandra check`: the server's gates over crates on disk, for developers and CI.

use super::print_line;
use crate::{
    args::{Check, Format},
    config_file,
    exit::{Code, CodedError},
    report::{self, Checked, Verdict},
    terminal,
};
use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use kandra_gate::{
    CallerDouble, Cancel, Contract, Files, Finding, Gate, GateConfig, GateError, MissingLayers, Slug, Stage, StageFailure, StageOutcome,
    Tier, WarmProgress, Workshop,
};
use serde_json::json;
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

/// Judges every crate; the exit code is that of the first one refused.
pub fn run(options: Check) -> Result<Code> {
    let paths = match &options.since {
        Some(revision) => changed(&options.paths, revision)?,
        None => options.paths.clone(),
    };
    let gate = gate(if options.dangerously_run_strangers_code_unconfined { MissingLayers::Allow } else { MissingLayers::Refuse })?;
    let expected = expectations(options.paths.iter().chain(&options.with));
    let mut all = Vec::new();
    for path in &paths {
        let checked = check(&gate, path, &expected);
        match options.format {
            Format::Human => print_line(report::human(&checked).trim_end())?,
            Format::Github if !checked.findings.is_empty() => print_line(report::github(&checked).trim_end())?,
            _ => {}
        }
        all.push(checked);
    }
    match options.format {
        Format::Json => print_line(&serde_json::to_string_pretty(&json!({ "schema": 1, "features": all }))?)?,
        Format::Sarif => print_line(&serde_json::to_string_pretty(&report::sarif(&all))?)?,
        Format::Human | Format::Github => {}
    }
    let accepted = all.iter().filter(|c| c.verdict == Verdict::Accepted).count();
    terminal::say(format!("{accepted} of {} accepted", all.len()));
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

/// A gate over the shared warm build, made first when it is not there.
pub fn gate(missing_layers: MissingLayers) -> Result<Gate> {
    let cache = config_file::cache()?;
    let executable = std::env::current_exe().context("cannot find my own file")?;
    let config =
        GateConfig { exe: executable, artifacts: cache.join("check/artifacts"), scratch: cache.join("check/scratch"), missing_layers };
    let gate = Gate::new(Workshop::open(&cache)?, config);
    if !gate.workshop().is_warm() {
        terminal::say("preparing the SDK; this happens once for each toolchain and takes about a minute");
        with_bar(|progress| gate.warm(&Cancel::new(), progress))?;
    }
    Ok(gate)
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

fn check(gate: &Gate, path: &Path, expected: &[CallerDouble]) -> Checked {
    let mut checked = Checked {
        path: path.display().to_string(),
        slug: None,
        verdict: Verdict::Accepted,
        stage: Stage::Source,
        findings: Vec::new(),
        timings_ms: BTreeMap::new(),
        sources: BTreeMap::new(),
    };
    let stage = Cell::new(Stage::Source);
    let timings = RefCell::new(BTreeMap::new());
    let judged = kandra_gate::read_directory(path).and_then(|files| {
        checked.sources = texts(&files);
        let slug = checked.sources.get("Cargo.toml").and_then(|text| slug_of(text)).unwrap_or_default();
        let of_it = |one: &&CallerDouble| one.double.feature.as_str() == slug && one.caller.as_str() != slug;
        let callers = expected.iter().filter(of_it).cloned().collect();
        warm_for(gate, &files)?;
        gate.run_beside(files, callers, Tier::Quick, &Cancel::new(), &|at, outcome, millis| {
            stage.set(at);
            if outcome != StageOutcome::Running {
                timings.borrow_mut().insert(at.as_str(), millis);
            }
        })
    });
    checked.stage = stage.get();
    checked.timings_ms = timings.into_inner();
    match judged {
        Ok(artifact) => {
            checked.slug = Some(artifact.slug().to_string());
            checked.findings = artifact.warnings().to_vec();
        }
        Err(StageFailure::Refused(findings)) => {
            checked.verdict = Verdict::Refused;
            checked.findings = findings;
        }
        Err(StageFailure::Failed(failure)) => {
            checked.verdict = Verdict::Failed;
            checked.findings = vec![finding(&failure)];
        }
        Err(StageFailure::Cancelled) => checked.verdict = Verdict::Failed,
    }
    if checked.slug.is_none() {
        checked.slug = checked.sources.get("Cargo.toml").and_then(|text| slug_of(text));
    }
    checked
}

fn finding(failure: &GateError) -> Finding {
    Finding::error(failure.code(), failure.to_string())
}

fn texts(files: &Files) -> BTreeMap<String, String> {
    files.iter().filter_map(|(name, bytes)| Some((name.clone(), String::from_utf8(bytes.clone()).ok()?))).collect()
}

fn slug_of(manifest: &str) -> Option<String> {
    let manifest: toml::Table = manifest.parse().ok()?;
    let name = manifest.get("package")?.get("name")?.as_str()?;
    Some(name.strip_prefix("kandra-feature-").unwrap_or(name).to_owned())
}

/// Those of `paths` that differ from `revision` in the working tree, untracked files included.
fn changed(paths: &[PathBuf], revision: &str) -> Result<Vec<PathBuf>> {
    if revision.starts_with('-') {
        return Err(CodedError::error(Code::Usage, format!("{revision:?} is not a git revision")));
    }
    let differs = |path: &PathBuf| -> Result<bool> {
        let git = |arguments: &[&str]| -> Result<Vec<u8>> {
            let output = Command::new("git").args(arguments).arg("--").arg(path).output().context("cannot run git, which --since needs")?;
            if !output.status.success() {
                return Err(CodedError::error(Code::Usage, String::from_utf8_lossy(&output.stderr).trim().to_owned()));
            }
            Ok(output.stdout)
        };
        Ok(!git(&["diff", "--name-only", revision])?.is_empty() || !git(&["ls-files", "--others", "--exclude-standard"])?.is_empty())
    };
    paths.iter().filter_map(|path| differs(path).map(|yes| yes.then(|| path.clone())).transpose()).collect()
}
