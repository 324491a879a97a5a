//! The role `__probe`: loads one candidate, mounts it, tries its contract, unloads it, and says how that went.
//!
//! Arrives: a [`ProbeRequest`] on standard input. Leaves: [`ProbeLine`]s on standard output, the last one the verdict's
//! material. Data are kept in memory, the clock steps, randomness is seeded: the same candidate gives the same answers.

mod exchange;

use crate::{
    environment::{Clock, Environment, Outlet, Random, Storage},
    http::Http,
    live::{Live, MountError, Order, Standing, load_library},
    load::{self, LoadError},
    recorder::Recorder,
};
use exchange::Trial;
use kandra_jail::{EXIT_MISSING_LAYER, Policy, Role};
use kandra_model::{
    Presentation, Revision, RouteSpec, Slug, Tier,
    probe::{PROBE_VERSION, ProbeFault, ProbeLine, ProbePhase, ProbeReply, ProbeRequest, ProbedRoute, UnloadOutcome},
};
use kandra_wire::{FeatureSettings, ToControl};
use std::{
    io::{self, Read, Write},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The largest request on standard input, bytes.
const MOST_REQUEST: u64 = 4 << 20;
/// The stack of the thread that tries the candidate: that of live's workers.
const STACK: usize = 2 << 20;
/// How long an unload may take.
const UNLOAD_PATIENCE: Duration = Duration::from_secs(12);

/// Runs the role; the only argument is the policy as JSON. Answers the exit code: 0 when a reply was given, 1 failed, 2
/// wrong usage, 8 a layer of the jail is missing.
pub fn main(arguments: &[String]) -> i32 {
    let policy = match arguments {
        [policy] => Policy::from_argument(policy).ok().filter(|policy| policy.role == Role::Probe),
        _ => None,
    };
    let Some(policy) = policy else {
        eprintln!("kandra probe: usage: kandra __probe POLICY; it is started by the gate");
        return 2;
    };
    // Its own maps would be hidden afterwards.
    if let Err(error) = load::prepare_maps() {
        eprintln!("kandra probe: {error}");
        return 1;
    }
    if let Err(error) = kandra_jail::confine(&policy) {
        eprintln!("kandra probe: {error}");
        return EXIT_MISSING_LAYER;
    }
    let mut text = String::new();
    if let Err(error) = io::stdin().take(MOST_REQUEST).read_to_string(&mut text) {
        eprintln!("kandra probe: {error}");
        return 1;
    }
    // A thread of its own: the end of the first thread's stack cannot be asked for in the jail.
    let tried = std::thread::Builder::new().name("kandra-probe".to_owned()).stack_size(STACK).spawn(move || try_candidate(&text, &say));
    match tried.map(std::thread::JoinHandle::join) {
        Ok(Ok(reply)) => {
            say(&ProbeLine::Reply { reply });
            0
        }
        _ => 1,
    }
}

fn say(line: &ProbeLine) {
    let text = serde_json::to_string(line).expect("a line is plain data");
    let mut out = io::stdout().lock();
    // Whoever does not listen any more has made up their mind.
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

fn try_candidate(text: &str, say: &dyn Fn(&ProbeLine)) -> ProbeReply {
    let protocol = |message: String| ProbeReply::Refused { fault: ProbeFault::Protocol { message } };
    let request: ProbeRequest = match serde_json::from_str(text) {
        Ok(request) => request,
        Err(error) => return protocol(format!("the request is malformed: {error}")),
    };
    if request.version != PROBE_VERSION {
        return protocol(format!("the gate speaks probe version {}, this is {PROBE_VERSION}", request.version));
    }
    match tokio::runtime::Builder::new_current_thread().enable_time().build() {
        Ok(runtime) => {
            let local = tokio::task::LocalSet::new();
            local.block_on(&runtime, probe(&request, say)).unwrap_or_else(|fault| ProbeReply::Refused { fault })
        }
        Err(error) => protocol(error.to_string()),
    }
}

/// Keeps the newest fault, which says more than the visitor's sentence.
#[derive(Default)]
struct Faults(Mutex<Option<String>>);

impl Outlet for Faults {
    fn report(&self, message: ToControl) -> bool {
        if let ToControl::Fault { message, .. } = message {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(message);
        }
        true
    }
    fn publish(&self, _: &Slug, _: &str, _: &str) -> bool {
        true
    }
    fn changed(&self, _: &Slug) {}
}

impl Faults {
    fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

async fn probe(request: &ProbeRequest, say: &dyn Fn(&ProbeLine)) -> Result<ProbeReply, ProbeFault> {
    let phase = |phase: ProbePhase| say(&ProbeLine::Phase { phase });
    let io_fault = |error: io::Error| ProbeFault::Protocol { message: error.to_string() };
    let faults = Arc::new(Faults::default());
    let clock = Clock::Stepping(request.clock_millis.into());
    let mut environment = Environment::new(clock, Random::Seeded(request.seed.into()), Storage::Memory, faults.clone());
    environment.http = Http::Contract(request.contract.http.clone());
    environment.doubles = Some(request.contract.calls.clone());
    let live = Live::with(std::path::PathBuf::new(), environment, Recorder::default(), Standing::Serves).map_err(io_fault)?;
    let worker = tokio::task::spawn_local(live.join().run());

    phase(ProbePhase::Load);
    let library = load_library(&request.library, &request.hash).map_err(|error| match error {
        LoadError::Abi(differences) => ProbeFault::Layout { differences },
        LoadError::Open(message) => ProbeFault::Load { message },
        LoadError::Unreadable(_) | LoadError::TooLarge(_) | LoadError::Hash { .. } => ProbeFault::Protocol { message: error.to_string() },
    })?;

    phase(ProbePhase::Mount);
    let began = Instant::now();
    let settings = FeatureSettings { deadline_ms: request.exchange_millis, ..FeatureSettings::default() };
    let presentation = Presentation {
        capabilities: request.capabilities.clone(),
        hosts: request.hosts.clone(),
        calls: request.calls.clone(),
        ..Presentation::default()
    };
    let order = Order {
        feature: request.slug.clone(),
        revision: Revision(1),
        artifact: request.hash.clone(),
        tier: Tier::Quick,
        presentation,
        settings,
    };
    let mounted = live.mount_library(order, library);
    let took = began.elapsed();
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let mounted = mounted.map_err(|error| match error {
        MountError::Panicked { message, location } => ProbeFault::MountPanicked { message, location },
        MountError::Budget => ProbeFault::MountTooSlow { millis },
        MountError::Route(error) => ProbeFault::Route { method: error.method, path: error.path, problem: error.problem },
        MountError::Load(error) => ProbeFault::Load { message: error.to_string() },
        MountError::State(message) | MountError::Storage(message) => ProbeFault::Protocol { message },
        MountError::Migration(problem) => ProbeFault::Migration { problem },
    })?;
    if millis > request.mount_millis {
        return Err(ProbeFault::MountTooSlow { millis });
    }
    let is_widget = |route: &RouteSpec| route.method == "GET" && route.path == "/widget";
    let routes = mounted.routes.into_iter().map(|route| ProbedRoute { widget: is_widget(&route), route }).collect();

    let mut trial = Trial::new(&live, &faults, &request.slug);
    let mut exchanges = Vec::new();
    for exchange in &request.contract.exchanges {
        phase(ProbePhase::Exchange { name: exchange.name.clone() });
        let outcome = trial.attempt(exchange).await;
        let failed = outcome.mismatch.is_some();
        exchanges.push(outcome);
        if failed {
            break;
        }
    }

    let mut callers = Vec::new();
    for expected in request.callers.iter().take_while(|_| exchanges.iter().all(|outcome| outcome.mismatch.is_none())) {
        let double = &expected.double;
        phase(ProbePhase::Caller { caller: expected.caller.clone(), route: format!("{} {}", double.method, double.path) });
        callers.push(trial.expected(double).await.err());
    }
    drop(trial);

    phase(ProbePhase::Unload);
    let unload = unload(&live, &request.slug).await;
    worker.abort();
    Ok(ProbeReply::Tried { routes, exchanges, callers, mount_micros: u64::try_from(took.as_micros()).unwrap_or(u64::MAX), unload })
}

async fn unload(live: &Live, slug: &Slug) -> UnloadOutcome {
    live.unmount(slug);
    let until = Instant::now() + UNLOAD_PATIENCE;
    // The reaper asks this thread to run the library's destructors, so this thread must not block.
    while live.report().unloads.is_empty() && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    match live.last_closed() {
        Some(closed) => {
            UnloadOutcome { unmapped: closed.verified, leaked_bytes: closed.mapped_bytes, live_calls: closed.teardown.live_calls as u64 }
        }
        None => UnloadOutcome { unmapped: false, ..UnloadOutcome::default() },
    }
}
