//! The live route table and the server's state.

use super::short;
use crate::pages::words::Words;
use kandra_model::Timestamp;
use kandra_wire::{LiveReport, LoadedLibrary, RouteStatistics, UnloadReport};

/// One live route with its figures.
#[derive(Clone, Debug)]
pub struct TableRow {
    /// Upper case.
    pub method: String,
    /// Absolute.
    pub path: String,
    /// Its feature.
    pub feature: String,
    /// The revision that serves it.
    pub revision: u32,
    /// Finished calls.
    pub calls: u64,
    /// Answers with 500 and above.
    pub errors: u64,
    /// Microseconds.
    pub p50_us: u64,
    /// Microseconds.
    pub p99_us: u64,
}

impl TableRow {
    /// From live's report.
    pub fn new(route: &RouteStatistics) -> Self {
        Self {
            method: route.method.clone(),
            path: route.path.clone(),
            feature: route.feature.as_str().to_owned(),
            revision: route.revision.0,
            calls: route.calls.calls,
            errors: route.calls.errors,
            p50_us: route.calls.p50_us,
            p99_us: route.calls.p99_us,
        }
    }

    /// Whether latencies mean something.
    pub fn called(&self) -> bool {
        self.calls > 0
    }
}

/// A loaded library.
#[derive(Clone, Debug)]
pub struct LibraryView {
    /// Its feature.
    pub feature: String,
    /// Its revision.
    pub revision: u32,
    /// `quick`, `optimised`.
    pub tier: &'static str,
    /// 64 digits.
    pub artifact: String,
    /// The route table points at it.
    pub serving: bool,
    /// Calls that hold it.
    pub leases: u64,
}

impl LibraryView {
    fn new(library: &LoadedLibrary) -> Self {
        Self {
            feature: library.feature.as_str().to_owned(),
            revision: library.revision.0,
            tier: library.tier.as_str(),
            artifact: library.artifact.to_string(),
            serving: library.serving,
            leases: library.leases,
        }
    }

    /// Twelve digits.
    pub fn artifact_short(&self) -> &str {
        short(&self.artifact, 12)
    }
}

/// A library that was closed.
#[derive(Clone, Debug)]
pub struct UnloadView {
    /// Its feature.
    pub feature: String,
    /// Its revision.
    pub revision: u32,
    /// Gone from the process's maps.
    pub verified: bool,
    /// Microseconds.
    pub micros: u64,
    /// When.
    pub at: Timestamp,
}

impl UnloadView {
    fn new(unload: &UnloadReport) -> Self {
        Self {
            feature: unload.feature.as_str().to_owned(),
            revision: unload.revision.0,
            verified: unload.verified,
            micros: unload.micros,
            at: unload.at,
        }
    }
}

/// A protection.
#[derive(Clone, Debug)]
pub struct LayerView {
    /// Such as `landlock`.
    pub name: String,
    /// Without it nothing is built.
    pub required: bool,
    /// It holds here.
    pub active: bool,
    /// Why not, or its version.
    pub detail: String,
}

/// The server at one instant.
#[derive(Clone, Debug)]
pub struct StatusView {
    /// Of `kandra`.
    pub version: String,
    /// `offline`, `anthropic`, `openai`, `none`.
    pub agent: String,
    /// The model's name, or empty.
    pub model: String,
    /// When control started.
    pub started_at: Timestamp,
    /// Features that serve.
    pub features_live: u32,
    /// Features in all.
    pub features: u32,
    /// Requests that wait.
    pub queue: u32,
    /// `starting`, `serving`, `restarting`, `safe_mode`.
    pub condition: &'static str,
    /// Why.
    pub reason: Option<String>,
    /// Of live.
    pub pid: Option<u32>,
    /// How often live came back after its end.
    pub restarts: u32,
    /// How often another process took over by plan.
    pub replacements: u32,
    /// Since when live serves.
    pub since: Option<Timestamp>,
    /// `ready`, `going`, `failed`, `waiting`.
    pub warm: &'static str,
    /// Parts ready.
    pub warm_done: u32,
    /// Parts in all.
    pub warm_total: u32,
    /// Why it stopped.
    pub warm_failure: Option<String>,
    /// Protections.
    pub layers: Vec<LayerView>,
    /// Live's own account; `None` while it does not answer.
    pub report: Option<ReportView>,
}

/// What live says of itself.
#[derive(Clone, Debug)]
pub struct ReportView {
    /// Mapped now.
    pub libraries: Vec<LibraryView>,
    /// Newest first, at most 12.
    pub unloads: Vec<UnloadView>,
    /// Since it began.
    pub verified: u64,
    /// Since it began.
    pub pinned: u64,
    /// Bytes.
    pub resident_bytes: u64,
    /// Threads.
    pub workers: u32,
    /// Calls.
    pub in_flight: u64,
    /// Log lines and events.
    pub dropped: u64,
}

impl ReportView {
    /// From the wire.
    pub fn new(report: &LiveReport) -> Self {
        Self {
            libraries: report.libraries.iter().map(LibraryView::new).collect(),
            unloads: report.unloads.iter().rev().take(12).map(UnloadView::new).collect(),
            verified: report.unloads_verified,
            pinned: report.pinned,
            resident_bytes: report.resident_bytes,
            workers: report.workers,
            in_flight: report.in_flight,
            dropped: report.dropped,
        }
    }

    /// The counts of unloads, in words.
    pub fn unload_words(&self, w: &Words) -> String {
        w.f("status.unloads_note", "verified", w.number(self.verified)).replace("{pinned}", &w.number(self.pinned))
    }
}

impl StatusView {
    /// Who writes, in words.
    pub fn agent_words(&self, w: &Words) -> String {
        w.f(&format!("status.agent_kind.{}", self.agent), "model", &self.model)
    }

    /// The warm build, in words.
    pub fn warm_words(&self, w: &Words) -> String {
        w.f(&format!("status.warm_{}", self.warm), "done", self.warm_done).replace("{total}", &self.warm_total.to_string())
    }
}
