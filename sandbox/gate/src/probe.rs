//! The probe gate: the inspected bytes are loaded once, in a jailed child with empty scratch data, a fixed clock and
//! seeded randomness, and the contract is tried. What passes is written, the very same bytes, to the artifacts.
//!
//! The child holds generated code, so its answer is bounded and read as hostile: it can only make the gate refuse, or
//! say what an honest child would say of a contract that the gate itself has judged to prove something.

mod verdict;

use self::verdict::{Verdict, judge};
use crate::{Artifact, Cancel, GateConfig, GateError, Inspected, Linted, StageFailure, artifact, error, inspect};
use kandra_jail::{Command, End, Finished, Policy, Role};
use kandra_model::{
    ArtifactHash, CallerDouble, Contract, Finding, Height, Presentation, RouteSpec, Slug,
    probe::{EXCHANGE_MILLIS, MOUNT_MILLIS, PROBE_CLOCK_MILLIS, PROBE_VERSION, ProbeLine, ProbePhase, ProbeReply, ProbeRequest},
};
use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

const DEADLINE: Duration = Duration::from_secs(20);
const OUTPUT_LIMIT: usize = 1 << 20;
/// Expectations of callers that are tried; more features than these hold do not call one.
const MAX_CALLERS: usize = 256;
const SEED: u64 = 0x6b61_6e64_7261;
/// What the child needs to read besides the candidate: the dynamic linker's own places.
const SYSTEM: [&str; 4] = ["/usr/lib", "/lib", "/lib64", "/etc/ld.so.cache"];

pub(crate) fn run(
    config: &GateConfig,
    inspected: Inspected,
    mut callers: Vec<CallerDouble>,
    cancel: &Cancel,
) -> Result<Artifact, StageFailure> {
    callers.truncate(MAX_CALLERS);
    let linted = &inspected.built.linted;
    let slug: Slug = linted.source().slug().parse().map_err(|e| refused("source/slug", format!("{e}"), ""))?;
    let contract = contract(linted)?;
    let io = |what: &str| GateError::io(format!("{what} in {}", config.scratch.display()));
    fs::create_dir_all(&config.scratch).map_err(io("could not make the scratch directory"))?;
    let place = tempfile::Builder::new().prefix("probe-").tempdir_in(&config.scratch).map_err(io("could not make a directory"))?;
    let (library, scratch) = (place.path().join("candidate.so"), place.path().join("data"));
    fs::write(&library, &inspected.built.bytes).map_err(io("could not write the candidate"))?;
    fs::set_permissions(&library, fs::Permissions::from_mode(0o444)).map_err(io("could not write the candidate"))?;
    fs::create_dir(&scratch).map_err(io("could not make a directory"))?;
    let request = ProbeRequest {
        version: PROBE_VERSION,
        library,
        hash: inspected.hash.clone(),
        scratch,
        slug: slug.clone(),
        capabilities: linted.source().manifest().capabilities.clone(),
        hosts: linted.source().manifest().hosts.clone(),
        calls: linted.source().manifest().calls.clone(),
        contract: contract.clone(),
        callers: callers.clone(),
        clock_millis: PROBE_CLOCK_MILLIS,
        seed: SEED,
        mount_millis: MOUNT_MILLIS,
        exchange_millis: EXCHANGE_MILLIS,
    };
    let finished = ask(config, &request, cancel)?;
    let reply = reply(&finished)?;
    let (routes, widget) = judge(reply, &contract, &callers).map_err(Verdict::into_failure)?;
    drop(place);
    publish(config, inspected, slug, contract, routes, widget)
}

/// The revision of a feature that serves now.
#[derive(Clone, Debug)]
pub struct Serving {
    /// Its name.
    pub slug: Slug,
    /// Its library, in the artifacts.
    pub artifact: ArtifactHash,
    /// What its manifest declares.
    pub presentation: Presentation,
}

/// Which of its callers' expectations the serving revision itself meets. Only those can be asked of the next one: a caller
/// that expects what never was must not hold a feature up.
pub(crate) fn kept(
    config: &GateConfig,
    serving: &Serving,
    mut callers: Vec<CallerDouble>,
    cancel: &Cancel,
) -> Result<Vec<CallerDouble>, StageFailure> {
    callers.truncate(MAX_CALLERS);
    fs::create_dir_all(&config.scratch)
        .map_err(GateError::io(format!("could not make the scratch directory in {}", config.scratch.display())))?;
    let place = tempfile::Builder::new()
        .prefix("probe-")
        .tempdir_in(&config.scratch)
        .map_err(GateError::io(format!("could not make a directory in {}", config.scratch.display())))?;
    let Presentation { capabilities, hosts, calls, .. } = serving.presentation.clone();
    let request = ProbeRequest {
        version: PROBE_VERSION,
        library: config.artifacts.join(serving.artifact.as_str()),
        hash: serving.artifact.clone(),
        scratch: place.path().to_owned(),
        slug: serving.slug.clone(),
        capabilities,
        hosts,
        calls,
        contract: Contract::default(),
        callers: callers.clone(),
        clock_millis: PROBE_CLOCK_MILLIS,
        seed: SEED,
        mount_millis: MOUNT_MILLIS,
        exchange_millis: EXCHANGE_MILLIS,
    };
    let finished = ask(config, &request, cancel)?;
    Ok(match reply(&finished) {
        Ok(ProbeReply::Tried { callers: outcomes, .. }) if outcomes.len() == callers.len() => {
            callers.into_iter().zip(outcomes).filter(|(_, mismatch)| mismatch.is_none()).map(|(caller, _)| caller).collect()
        }
        // It cannot be tried here any more, so it says nothing.
        _ => Vec::new(),
    })
}

/// The crate's contract, parsed.
fn contract(linted: &Linted) -> Result<Contract, StageFailure> {
    let text = linted.source().files().get("contract.toml").map(String::as_str).unwrap_or_default();
    let parsed = Contract::parse(text);
    parsed.map_err(|e| {
        StageFailure::Refused(vec![
            Finding::error("probe/contract", e.to_string()).hint("see contract.toml in the template").file("contract.toml"),
        ])
    })
}

fn ask(config: &GateConfig, request: &ProbeRequest, cancel: &Cancel) -> Result<Finished, StageFailure> {
    let mut policy = Policy::new(Role::Probe);
    policy.missing = config.missing_layers;
    policy.read.extend(SYSTEM.map(Into::into));
    policy.read.push(request.library.clone());
    policy.write.push(request.scratch.clone());
    Command::role(&config.exe, "__probe", &policy)
        .stdin(serde_json::to_vec(request).expect("a request is plain data"))
        .deadline(DEADLINE)
        .output_limit(OUTPUT_LIMIT)
        .cancel(cancel)
        .run()
        .map_err(|e| GateError::Child(e.to_string()).into())
}

fn refused(code: &str, message: impl Into<String>, hint: &str) -> StageFailure {
    StageFailure::Refused(vec![Finding::error(code, message).hint(hint)])
}

/// The child's last word, or what its end says of the crate.
fn reply(finished: &Finished) -> Result<ProbeReply, StageFailure> {
    let mut phase = None;
    for line in finished.stdout.split(|byte| *byte == b'\n') {
        match serde_json::from_slice(line) {
            Ok(ProbeLine::Phase { phase: next }) => phase = Some(next),
            Ok(ProbeLine::Reply { reply }) if finished.end == End::Exited(0) => return Ok(reply),
            _ => {}
        }
    }
    let during = match &phase {
        None => return Err(error::child_failed("probe", finished)),
        Some(ProbePhase::Load) => "while it was loaded".to_owned(),
        Some(ProbePhase::Mount) => "in mount".to_owned(),
        Some(ProbePhase::Exchange { name }) => format!("in the exchange {:?} of its contract", shown(name)),
        Some(ProbePhase::Caller { caller, route }) => format!("when it was asked {:?}, which {caller} calls", shown(route)),
        Some(ProbePhase::Unload) => "while it was unloaded".to_owned(),
    };
    Err(match finished.end {
        End::Cancelled => StageFailure::Cancelled,
        End::Deadline if phase == Some(ProbePhase::Mount) => too_slow(),
        End::Deadline => refused(
            "probe/time",
            format!("the feature did not come to an end {during}"),
            "wait with ctx.sleep or another await, and end every loop",
        ),
        End::OutputLimit => refused("probe/output", format!("the feature wrote too much {during}"), "answer less"),
        // A child of ours that ends orderly without a reply is our fault, whatever it was doing.
        End::Exited(code) if code != 0 && finished.stdout.len() < OUTPUT_LIMIT && !finished.stderr.is_empty() && code <= 2 => {
            error::child_failed("probe", finished)
        }
        _ => refused(
            "probe/crash",
            format!("the feature crashed the process {during}"),
            "recursion without end, a huge allocation or a deep drop does this",
        ),
    })
}

fn too_slow() -> StageFailure {
    refused("probe/mount-time", "mount took longer than one second", "only register routes in mount; do the work in handlers")
}

fn publish(
    config: &GateConfig,
    inspected: Inspected,
    slug: Slug,
    contract: Contract,
    routes: Vec<RouteSpec>,
    widget: bool,
) -> Result<Artifact, StageFailure> {
    let path = artifact::write(&config.artifacts, &inspected.hash, &inspected.built.bytes)?;
    let built = inspected.built;
    let source = built.linted.source().clone();
    let mut warnings: Vec<Finding> = built.linted.warnings().iter().cloned().map(error::finding).collect();
    warnings.extend(built.warnings);
    let source_hash = inspect::hash(&source.canonical()).to_string().parse().expect("both are SHA-256 in hexadecimal");
    Ok(Artifact {
        hash: inspected.hash,
        path,
        key: built.key,
        source_hash,
        slug,
        tier: built.tier,
        routes,
        presentation: presentation(&source, widget),
        contract,
        warnings,
        source,
    })
}

fn presentation(source: &kandra_lint::Source, widget: bool) -> Presentation {
    let manifest = source.manifest();
    let height = match manifest.height {
        kandra_lint::Height::S => Height::S,
        kandra_lint::Height::M => Height::M,
        kandra_lint::Height::L => Height::L,
    };
    Presentation {
        title: manifest.title.clone(),
        summary: manifest.summary.clone(),
        icon: manifest.icon.clone(),
        height,
        capabilities: manifest.capabilities.clone(),
        hosts: manifest.hosts.clone(),
        calls: manifest.calls.clone(),
        widget,
    }
}

/// Text from the child, for a message.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { ' ' } else { c }).filter(|c| !c.is_control()).take(300).collect()
}

#[cfg(test)]
mod tests;
