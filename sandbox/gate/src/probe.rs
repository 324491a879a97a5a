//! The probe gate: the inspected bytes are loaded once, in a jailed child with empty scratch data, a fixed clock and
//! seeded randomness, and the contract is tried. What passes is written, the very same bytes, to the artifacts.
//!
//! The child holds generated code, so its answer is bounded and read as hostile: it can only make the gate refuse, or
//! say what an honest child would say of a contract that the gate itself has judged to prove something.

use crate::{Artifact, Cancel, GateConfig, GateError, Inspected, Linted, StageFailure, artifact, error, inspect};
use kandra_jail::{Command, End, Finished, Policy, Role};
use kandra_model::{
    Contract, Finding, Height, Presentation, RouteSpec, Slug,
    probe::{
        Answer, EXCHANGE_MILLIS, MAX_ROUTES, MOUNT_MILLIS, PROBE_CLOCK_MILLIS, PROBE_VERSION, ProbeFault, ProbeLine, ProbePhase,
        ProbeReply, ProbeRequest,
    },
};
use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

const DEADLINE: Duration = Duration::from_secs(20);
const OUTPUT_LIMIT: usize = 1 << 20;
const SEED: u64 = 0x6b61_6e64_7261;
/// What the child needs to read besides the candidate: the dynamic linker's own places.
const SYSTEM: [&str; 4] = ["/usr/lib", "/lib", "/lib64", "/etc/ld.so.cache"];

pub(crate) fn run(config: &GateConfig, inspected: Inspected, cancel: &Cancel) -> Result<Artifact, StageFailure> {
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
        contract: contract.clone(),
        clock_millis: PROBE_CLOCK_MILLIS,
        seed: SEED,
        mount_millis: MOUNT_MILLIS,
        exchange_millis: EXCHANGE_MILLIS,
    };
    let finished = ask(config, &request, cancel)?;
    let reply = reply(&finished)?;
    let (routes, widget) = verdict(reply, &contract).map_err(Verdict::into_failure)?;
    drop(place);
    publish(config, inspected, slug, contract, routes, widget)
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

enum Verdict {
    Crate(Vec<Finding>),
    Us(String),
}

impl Verdict {
    fn one(code: &str, message: impl Into<String>, hint: &str) -> Self {
        Self::Crate(vec![Finding::error(code, message).hint(hint)])
    }

    fn into_failure(self) -> StageFailure {
        match self {
            Self::Crate(findings) => StageFailure::Refused(findings),
            Self::Us(why) => GateError::Child(why).into(),
        }
    }
}

/// Judges a reply. Answers the routes and whether there is a widget.
fn verdict(reply: ProbeReply, contract: &Contract) -> Result<(Vec<RouteSpec>, bool), Verdict> {
    let (probed, exchanges, unload) = match reply {
        ProbeReply::Refused { fault } => return Err(fault_verdict(fault)),
        ProbeReply::Tried { routes, exchanges, mount_micros, unload } => {
            if mount_micros > MOUNT_MILLIS * 1_000 {
                return Err(fault_verdict(ProbeFault::MountTooSlow { millis: mount_micros / 1_000 }));
            }
            (routes, exchanges, unload)
        }
    };
    if probed.is_empty() {
        return Err(Verdict::one(
            "probe/no-route",
            "mount registered no route",
            "register at least one route, such as routes.widget(widget)",
        ));
    }
    if probed.len() > MAX_ROUTES {
        return Err(Verdict::one(
            "probe/routes",
            format!("mount registered more than {MAX_ROUTES} routes"),
            "use path parameters: /items/{id}",
        ));
    }
    let widget = probed.iter().any(|route| route.widget);
    let routes: Vec<RouteSpec> = probed.into_iter().map(|route| route.route).collect();
    check_routes(&routes)?;
    proves_something(contract, &routes)?;
    for (exchange, outcome) in contract.exchanges.iter().zip(&exchanges) {
        if let Some(mismatch) = &outcome.mismatch {
            let (name, part) = (shown(&exchange.name), shown(&mismatch.part));
            let message = format!(
                "the exchange {name:?} ({} {}) failed: {part}: expected {}, got {}",
                exchange.request.method,
                shown(&exchange.request.path),
                shown(&mismatch.expected),
                shown(&mismatch.got)
            );
            let hint = "correct the handler; change the contract only if it asks for the wrong thing";
            return Err(Verdict::Crate(vec![Finding::error("probe/contract-failed", message).hint(hint).file("contract.toml")]));
        }
    }
    if exchanges.len() != contract.exchanges.len() {
        return Err(Verdict::Us("the probe did not try the whole contract".to_owned()));
    }
    if unload.live_calls > 0 {
        return Err(Verdict::Us(format!("the probe left {} calls of the library undropped", unload.live_calls)));
    }
    if !unload.unmapped {
        return Err(Verdict::one(
            "probe/pinned",
            "the library could not be unloaded",
            "keep nothing in thread-local or static places that outlives a call",
        ));
    }
    if unload.leaked_bytes > 0 {
        return Err(Verdict::one(
            "probe/leak",
            format!("{} bytes were left after the unload", unload.leaked_bytes),
            "drop what you allocate; do not use leak or forget",
        ));
    }
    Ok((routes, widget))
}

fn fault_verdict(fault: ProbeFault) -> Verdict {
    match fault {
        ProbeFault::Protocol { message } => Verdict::Us(format!("the probe could not begin: {}", shown(&message))),
        ProbeFault::Load { message } => Verdict::one(
            "probe/load",
            format!("the library could not be loaded: {}", shown(&message)),
            "export it with kandra::feature!(mount); only",
        ),
        ProbeFault::Layout { differences } => {
            let said: Vec<String> = differences.iter().take(5).map(|line| shown(line)).collect();
            Verdict::one(
                "probe/layout",
                format!("the library speaks another ABI than this server: {}", said.join("; ")),
                "build it with this server's SDK",
            )
        }
        ProbeFault::MountPanicked { message, location } => Verdict::one(
            "probe/mount-panic",
            format!("mount panicked: {} ({})", shown(&message), shown(&location)),
            "only register routes in mount",
        ),
        ProbeFault::MountTooSlow { millis } => Verdict::one(
            "probe/mount-time",
            format!("mount took {millis} ms; at most {MOUNT_MILLIS} ms are allowed"),
            "only register routes in mount; do the work in handlers",
        ),
        ProbeFault::Route { method, path, problem } => Verdict::one(
            "probe/route",
            format!("the route {} {} {}", shown(&method), shown(&path), shown(&problem)),
            "a feature's routes are relative to its own slug and begin with /",
        ),
    }
}

/// The child checks routes as live would; here only what the rest of this process relies upon.
fn check_routes(routes: &[RouteSpec]) -> Result<(), Verdict> {
    for route in routes {
        let known = ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&route.method.as_str());
        let plain = route.path.starts_with('/')
            && route.path.len() <= 200
            && route.path.chars().all(|c| c.is_ascii_graphic())
            && !route.path.contains("..")
            && !route.path.starts_with("//");
        if !known || !plain {
            return Err(fault_verdict(ProbeFault::Route {
                method: route.method.clone(),
                path: route.path.clone(),
                problem: "cannot be served".to_owned(),
            }));
        }
    }
    Ok(())
}

/// Whether the contract would notice handlers that answer nothing: every route needs an exchange that a bare 200, and
/// an empty body under the expected status, both fail.
fn proves_something(contract: &Contract, routes: &[RouteSpec]) -> Result<(), Verdict> {
    let uncovered = |route: &RouteSpec, why: &str| {
        let message = format!("the route {} {} {why}", shown(&route.method), shown(&route.path));
        let hint = "add an [[exchange]] for it whose expect has json, contains or text";
        Verdict::Crate(vec![Finding::error("probe/contract-uncovered", message).hint(hint).file("contract.toml")])
    };
    if let Some(route) = contract.uncovered(routes) {
        return Err(uncovered(route, "has no exchange in contract.toml that asserts more than a status"));
    }
    let told_apart = Contract {
        exchanges: contract.exchanges.iter().filter(|exchange| fails_when_empty(&exchange.expect)).cloned().collect(),
        http: Vec::new(),
    };
    match told_apart.uncovered(routes) {
        Some(route) => Err(uncovered(route, "would pass its contract even if it answered an empty 200")),
        None => Ok(()),
    }
}

fn fails_when_empty(expect: &kandra_model::ExpectedResponse) -> bool {
    [200, expect.status].into_iter().all(|status| expect.judge(&Answer { status, ..Answer::default() }).is_err())
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
        widget,
    }
}

/// Text from the child, for a message.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { ' ' } else { c }).filter(|c| !c.is_control()).take(300).collect()
}

#[cfg(test)]
mod tests;
