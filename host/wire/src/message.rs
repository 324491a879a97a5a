//! The messages.

use crate::{HttpAnswer, HttpId, HttpRequest};
use kandra_model::{ArtifactHash, Limit, Limits, Presentation, Revision, RouteSpec, Slug, Tier, Timestamp};
use serde::{Deserialize, Serialize};

/// Rises whenever two builds of Kandra can no longer talk.
pub const WIRE_VERSION: u32 = 3;

/// The first frame in each direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// [`WIRE_VERSION`] of the sender.
    pub wire: u32,
    /// Version of the sender's `kandra`.
    pub kandra: String,
    /// Process id of the sender.
    pub pid: u32,
}

/// Numbers commands, so that replies find them; a repeated id is answered again, not carried out again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommandId(pub u64);

/// A command on its way to live.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Envelope {
    /// Its number.
    pub id: CommandId,
    /// After this instant live must not begin it any more.
    pub deadline: Timestamp,
    /// What to do.
    pub command: Command,
}

/// What the owner or the defaults allow a feature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureSettings {
    /// Processor milliseconds that a call may compute between two waits.
    pub poll_ms: u32,
    /// Milliseconds a call may take in all.
    pub deadline_ms: u64,
    /// Calls at once.
    pub concurrent_calls: u32,
    /// Bytes of a request body.
    pub request_bytes: u64,
    /// Bytes of a response body.
    pub response_bytes: u64,
    /// Bytes of the feature's keys and values, and of its database.
    pub storage_bytes: u64,
    /// Bytes of memory beyond which the running call is ended.
    pub memory_soft_bytes: u64,
    /// Bytes of memory beyond which there is none.
    pub memory_hard_bytes: u64,
    /// Events in a second.
    pub events_per_second: u32,
    /// Log lines in a second.
    pub log_lines_per_second: u32,
    /// Paused: every route answers 503.
    pub paused: bool,
}

impl Default for FeatureSettings {
    fn default() -> Self {
        Self::of(&Limits::default())
    }
}

impl FeatureSettings {
    /// What these limits come to.
    pub fn of(limits: &Limits) -> Self {
        let small = |limit| u32::try_from(limits.get(limit)).unwrap_or(u32::MAX);
        Self {
            poll_ms: small(Limit::PollMs),
            deadline_ms: limits.get(Limit::DeadlineMs),
            concurrent_calls: small(Limit::ConcurrentCalls),
            request_bytes: limits.get(Limit::RequestBytes),
            response_bytes: limits.get(Limit::ResponseBytes),
            storage_bytes: limits.get(Limit::StorageBytes),
            memory_soft_bytes: limits.get(Limit::MemorySoftBytes),
            memory_hard_bytes: limits.get(Limit::MemoryHardBytes),
            events_per_second: small(Limit::EventsPerSecond),
            log_lines_per_second: small(Limit::LogLinesPerSecond),
            paused: false,
        }
    }
}

/// What control asks of live.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Load the artifact and point the feature's routes at it. Idempotent: the same artifact already mounted is `Mounted`.
    Mount {
        /// Its name.
        feature: Slug,
        /// The revision.
        revision: Revision,
        /// The artifact: a file of this name in the artifacts directory.
        artifact: ArtifactHash,
        /// Which build it is.
        tier: Tier,
        /// For people; the widget's document needs it.
        presentation: Presentation,
        /// What it may use.
        settings: FeatureSettings,
        /// With the data of when its SQL database last had the shape that this revision knows.
        #[serde(default)]
        with_data: bool,
    },
    /// Remove the feature's routes and unload it. Idempotent. Its data stays.
    Unmount {
        /// Its name.
        feature: Slug,
    },
    /// Change what a mounted feature may use.
    Configure {
        /// Its name.
        feature: Slug,
        /// What it may use.
        settings: FeatureSettings,
    },
    /// Answer with a [`LiveReport`].
    Report,
    /// Take the features' data and the listening socket over, and serve what has been mounted. Until then a process only
    /// loads. Waits for the process before. Idempotent.
    Serve,
    /// Stop accepting, finish calls, exit.
    Drain {
        /// Milliseconds until unfinished calls are cut.
        within_ms: u64,
    },
}

/// From control to live.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant)] // commands are few, and none is kept
pub enum ToLive {
    /// First.
    Hello(Hello),
    /// A command.
    Command(Envelope),
    /// The answer to an outgoing call; one that nobody waits for is ignored.
    HttpAnswer {
        /// Which call.
        id: HttpId,
        /// How it ended.
        answer: HttpAnswer,
    },
}

/// How a command ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Done, for commands without a better answer.
    Done,
    /// The answer to `Mount`.
    Mounted(MountedReport),
    /// The answer to `Serve`.
    Serving {
        /// What was loaded and could not be served.
        failed: Vec<(Slug, Refusal)>,
    },
    /// The answer to `Report`.
    Report(Box<LiveReport>),
    /// It was not done; nothing changed.
    Refused(Refusal),
}

/// What a mount came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MountedReport {
    /// What the library mounts.
    pub routes: Vec<RouteSpec>,
    /// Whether `/widget` is among it.
    pub widget: bool,
    /// When the copy was made from which its SQL data were brought back, if they were.
    #[serde(default)]
    pub restored: Option<Timestamp>,
}

/// How long the steps of one swap took, microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapReport {
    /// Its feature.
    pub feature: Slug,
    /// The revision that came.
    pub revision: Revision,
    /// To copy, hash, open and check the library.
    pub load_us: u64,
    /// To run `mount` and check its routes.
    pub mount_us: u64,
    /// To open the data, hand the state over and flip the route table.
    pub hand_over_us: u64,
    /// For how long of that new calls waited: none where no state moves.
    pub held_us: u64,
}

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{stage}: {message}")]
pub struct Refusal {
    /// Stable: `missing`, `hash`, `load`, `abi`, `init`, `routes`, `deadline`, `draining`, `turn`, `unknown_feature`.
    pub stage: String,
    /// For the operator and the author.
    pub message: String,
}

/// Statistics of one route since its feature was first mounted in this process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RouteStatistics {
    /// Upper case.
    pub method: String,
    /// Absolute: `/{slug}/…`.
    pub path: String,
    /// Its feature.
    pub feature: Slug,
    /// The revision that serves it.
    pub revision: Revision,
    /// Its figures.
    pub calls: CallStatistics,
}

/// Counts and latencies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CallStatistics {
    /// Finished calls.
    pub calls: u64,
    /// Of those, answers with status 500 and above.
    pub errors: u64,
    /// Median latency, microseconds.
    pub p50_us: u64,
    /// 99th percentile, microseconds.
    pub p99_us: u64,
}

/// How an unload ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnloadReport {
    /// Its feature.
    pub feature: Slug,
    /// Its revision.
    pub revision: Revision,
    /// Its artifact.
    pub artifact: ArtifactHash,
    /// Whether the process's own maps no longer show it.
    pub verified: bool,
    /// Microseconds from the last lease to the check.
    pub micros: u64,
    /// When.
    pub at: Timestamp,
}

/// What live says of itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LiveReport {
    /// Every mounted route.
    pub routes: Vec<RouteStatistics>,
    /// Libraries mapped now: feature, revision, artifact, leases held.
    pub libraries: Vec<LoadedLibrary>,
    /// Unloads verified since the process began.
    pub unloads_verified: u64,
    /// Libraries that could not be unmapped.
    pub pinned: u64,
    /// The newest unloads, at most 50, oldest first.
    pub unloads: Vec<UnloadReport>,
    /// The newest swaps, at most 50, oldest first.
    pub swaps: Vec<SwapReport>,
    /// Resident memory, bytes.
    pub resident_bytes: u64,
    /// Worker threads.
    pub workers: u32,
    /// Calls in flight.
    pub in_flight: u64,
    /// Log lines and events dropped because a queue was full.
    pub dropped: u64,
    /// The jail's layers that hold, by name.
    pub layers: Vec<String>,
}

/// A library in live's memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadedLibrary {
    /// Its feature.
    pub feature: Slug,
    /// Its revision.
    pub revision: Revision,
    /// Its artifact.
    pub artifact: ArtifactHash,
    /// Which build.
    pub tier: Tier,
    /// Whether the route table points at it; otherwise it drains.
    pub serving: bool,
    /// Calls that hold it.
    pub leases: u64,
}

/// How serious a feature's log line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum LogLevel {
    Debug,
    Info,
    Warn,
    Error,
}

/// What went wrong in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// It panicked.
    Panic,
    /// It returned an error.
    Error,
    /// A budget was spent: time of one poll, stack, memory.
    Budget,
    /// It waited past its deadline.
    Deadline,
}

/// From live to control.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToControl {
    /// First.
    Hello(Hello),
    /// The answer to a command.
    Reply {
        /// Which.
        id: CommandId,
        /// How it ended.
        outcome: Outcome,
    },
    /// A library was closed.
    Unloaded(UnloadReport),
    /// A feature wrote a log line.
    Log {
        /// Its feature.
        feature: Slug,
        /// Its revision.
        revision: Revision,
        /// When.
        at: Timestamp,
        /// How serious.
        level: LogLevel,
        /// What, at most 8 KiB.
        message: String,
    },
    /// A call failed.
    Fault {
        /// Its feature.
        feature: Slug,
        /// Its revision.
        revision: Revision,
        /// When.
        at: Timestamp,
        /// What kind.
        kind: FaultKind,
        /// The id that the visitor was shown.
        id: String,
        /// `METHOD /path`.
        route: String,
        /// Message and place.
        message: String,
    },
    /// A worker is in a call of this feature that nothing stops. Said once; when nothing follows, the process ends itself.
    Stuck {
        /// Its feature.
        feature: Slug,
        /// Its revision.
        revision: Revision,
    },
    /// A feature calls another server. Control decides whether it may, and answers once.
    HttpAsk {
        /// Numbered by live; an id that is under way is ignored.
        id: HttpId,
        /// Who calls, as live says. Control grants nothing else on its word than what that feature was granted.
        feature: Slug,
        /// What.
        request: HttpRequest,
    },
    /// Nobody waits for this call any more.
    HttpCancel {
        /// Which.
        id: HttpId,
    },
    /// Every second: live is alive.
    Heartbeat,
}
