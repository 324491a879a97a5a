//! What a reply of the probe child means for the candidate.

use super::shown;
use crate::{GateError, StageFailure};
use kandra_model::{
    CallerDouble, Contract, Exchange, Finding, RouteSpec,
    probe::{Answer, MAX_ROUTES, MOUNT_MILLIS, ProbeFault, ProbeReply},
};

/// Why a tried candidate does not pass.
pub(super) enum Verdict {
    Crate(Vec<Finding>),
    Us(String),
}

impl Verdict {
    fn one(code: &str, message: impl Into<String>, hint: &str) -> Self {
        Self::Crate(vec![Finding::error(code, message).hint(hint)])
    }

    pub(super) fn into_failure(self) -> StageFailure {
        match self {
            Self::Crate(findings) => StageFailure::Refused(findings),
            Self::Us(why) => GateError::Child(why).into(),
        }
    }
}

/// Judges a reply. Answers the routes and whether there is a widget.
pub(super) fn judge(reply: ProbeReply, contract: &Contract, expected: &[CallerDouble]) -> Result<(Vec<RouteSpec>, bool), Verdict> {
    let (probed, exchanges, callers, unload) = match reply {
        ProbeReply::Refused { fault } => return Err(fault_verdict(fault)),
        ProbeReply::Tried { routes, exchanges, callers, mount_micros, unload } => {
            if mount_micros > MOUNT_MILLIS * 1_000 {
                return Err(fault_verdict(ProbeFault::MountTooSlow { millis: mount_micros / 1_000 }));
            }
            (routes, exchanges, callers, unload)
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
            if let Some(verdict) = unanswered(exchange, &routes) {
                return Err(verdict);
            }
            let (name, part) = (shown(&exchange.name), shown(&mismatch.part));
            let message = format!(
                "the exchange {name:?} ({} {}) failed: {part}: expected {}, got {}",
                exchange.request.method,
                shown(&exchange.request.path),
                shown(&mismatch.expected),
                shown(&mismatch.got)
            );
            if let Some(feature) = unconnected(&mismatch.got) {
                let finding = Finding::error("probe/call", message)
                    .hint(format!("add \"{feature}\" to `calls` under [package.metadata.kandra] in Cargo.toml"))
                    .file("Cargo.toml");
                return Err(Verdict::Crate(vec![finding]));
            }
            if let Some(host) = unnamed(&mismatch.got) {
                let finding = Finding::error("probe/host", message)
                    .hint(format!("add \"{host}\" to `hosts` under [package.metadata.kandra] in Cargo.toml"))
                    .file("Cargo.toml");
                return Err(Verdict::Crate(vec![finding]));
            }
            return Err(match undeclared(&mismatch.got) {
                Some(capability) => Verdict::Crate(vec![
                    Finding::error("probe/capability", message)
                        .hint(format!("add \"{capability}\" to `capabilities` under [package.metadata.kandra] in Cargo.toml"))
                        .file("Cargo.toml"),
                ]),
                None => Verdict::Crate(vec![
                    Finding::error("probe/contract-failed", message)
                        .hint("correct the handler; change the contract only if it asks for the wrong thing")
                        .file("contract.toml"),
                ]),
            });
        }
    }
    for (CallerDouble { caller, double }, mismatch) in expected.iter().zip(&callers) {
        let Some(mismatch) = mismatch else { continue };
        return Err(Verdict::Crate(vec![
            Finding::error(
                "probe/caller",
                format!(
                    "{caller} calls {} {} of this feature, which would answer otherwise than it expects: {}: expected {}, got {}",
                    double.method,
                    shown(&double.path),
                    shown(&mismatch.part),
                    shown(&mismatch.expected),
                    shown(&mismatch.got)
                ),
            )
            .hint(format!("keep answering in that form, or first change {caller}: the `[[call]]` in its contract.toml"))
            .file("src/lib.rs"),
        ]));
    }
    if exchanges.len() != contract.exchanges.len() || callers.len() != expected.len() {
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

pub(super) fn fault_verdict(fault: ProbeFault) -> Verdict {
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
        ProbeFault::MountPanicked { message, location } => {
            Verdict::one("probe/mount-panic", format!("mount panicked: {} ({})", shown(&message), shown(&location)), mount_hint(&message))
        }
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
        ProbeFault::Migration { problem } => Verdict::one(
            "probe/migration",
            shown(&problem),
            if problem.contains("capability") {
                "write `capabilities = [\"sql\"]` under `[package.metadata.kandra]` in Cargo.toml"
            } else {
                "correct what routes.migration(…) is given in mount: SQLite's CREATE and ALTER, without BEGIN, PRAGMA and virtual tables"
            },
        ),
    }
}

/// What to do about a panic in `mount`, which is often the SDK's own sentence about a route.
fn mount_hint(message: &str) -> &'static str {
    match message {
        route if !route.starts_with("the route ") => "only register routes in mount",
        route if route.contains(" does not begin with `/`") => "begin the path with `/`, as in routes.get(\"/items\", items)",
        route if route.contains(" is mounted twice") => "give one of the two another path or another method",
        _ => "correct the path of this route",
    }
}

/// The capability that the SDK's answer says is missing.
fn undeclared(got: &str) -> Option<&str> {
    let (_, rest) = got.split_once("does not declare the capability `")?;
    let (name, _) = rest.split_once('`')?;
    (!name.is_empty() && name.len() <= 20 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')).then_some(name)
}

/// The host that the host's answer says is missing in the manifest.
fn unnamed(got: &str) -> Option<&str> {
    let (_, rest) = got.split_once("does not name the host `")?;
    let (host, _) = rest.split_once('`')?;
    host.parse::<kandra_model::HostName>().is_ok().then_some(host)
}

/// The feature that the host's answer says is missing in the manifest.
fn unconnected(got: &str) -> Option<&str> {
    let (_, rest) = got.split_once("does not name the feature `")?;
    let (feature, _) = rest.split_once('`')?;
    feature.parse::<kandra_model::Slug>().is_ok().then_some(feature)
}

/// The child checks routes as live would; here only what the rest of this process relies upon.
fn check_routes(routes: &[RouteSpec]) -> Result<(), Verdict> {
    for route in routes {
        let known = kandra_model::CONTRACT_METHODS.contains(&route.method.as_str());
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
pub(super) fn proves_something(contract: &Contract, routes: &[RouteSpec]) -> Result<(), Verdict> {
    let uncovered = |route: &RouteSpec, why: &str| {
        let message = format!("the route {} {} {why}", shown(&route.method), shown(&route.path));
        let hint = "add an [[exchange]] for it whose expect has json, contains or text";
        Verdict::Crate(vec![Finding::error("probe/contract-uncovered", message).hint(hint).file("contract.toml")])
    };
    if let Some(route) = contract.uncovered(routes) {
        // A path that is spelled wrong leaves its route without an exchange; the path is what to correct.
        let reached = contract.exchanges.iter().any(|exchange| exchange.reaches(route));
        if !reached && let Some(verdict) = contract.exchanges.iter().find_map(|exchange| unanswered(exchange, routes)) {
            return Err(verdict);
        }
        return Err(uncovered(route, "has no exchange in contract.toml that asserts more than a status"));
    }
    let told_apart = Contract {
        exchanges: contract.exchanges.iter().filter(|one| one.request.method == "TASK" || fails_when_empty(one)).cloned().collect(),
        ..Contract::default()
    };
    match told_apart.uncovered(routes) {
        Some(route) => Err(uncovered(route, "would pass its contract even if it answered an empty 200")),
        None => Ok(()),
    }
}

/// That no route answers an exchange which expects an answer, with the route that it may mean.
fn unanswered(exchange: &Exchange, routes: &[RouteSpec]) -> Option<Verdict> {
    if matches!(exchange.expect.status, 404 | 405) || routes.iter().any(|route| exchange.reaches(route)) {
        return None;
    }
    let request = &exchange.request;
    let message =
        format!("the exchange {:?} asks {} {}, which no route answers", shown(&exchange.name), request.method, shown(&request.path));
    let asked = format!("{} {}", request.method, request.path.split(['?', '#']).next().unwrap_or_default());
    let spelled = |route: &RouteSpec| format!("{} {}", route.method, route.path);
    let nearest = routes.iter().map(|route| (edits(&asked, &spelled(route)), route)).min_by_key(|(edits, _)| *edits);
    let hint = match nearest {
        Some((edits, route)) if edits <= 1 + asked.len() / 4 => {
            format!("did you mean {}? correct the exchange, or register the route in mount", shown(&spelled(route)))
        }
        _ => "correct the exchange's method and path, or register the route in mount".to_owned(),
    };
    Some(Verdict::Crate(vec![Finding::error("probe/contract-no-route", message).hint(hint).file("contract.toml")]))
}

/// How many bytes must be added, taken away or changed to make one text the other; of long texts, their beginnings.
fn edits(from: &str, to: &str) -> usize {
    const MOST: usize = 200;
    let (from, to) = (&from.as_bytes()[..from.len().min(MOST)], &to.as_bytes()[..to.len().min(MOST)]);
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in to.iter().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

/// Whether an exchange would notice a handler that does nothing. One of a WebSocket that does nothing sends nothing, which
/// the exchange sees as an empty list.
pub(super) fn fails_when_empty(exchange: &Exchange) -> bool {
    let body = if exchange.request.method == "SOCKET" { br#"{"received":[]}"#.to_vec() } else { Vec::new() };
    let empty = |status| Answer { status, body: body.clone(), ..Answer::default() };
    [200, exchange.expect.status].into_iter().all(|status| exchange.expect.judge(&empty(status)).is_err())
}
