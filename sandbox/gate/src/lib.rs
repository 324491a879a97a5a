//! The gates: a crate's files arrive, an artifact leaves, or findings that say why not.
//!
//! `source → lint → build → inspect → probe`: each stage consumes the value that the stage before it made, and only that
//! stage can construct it, so code that was not linted, inspected and probed cannot become an [`Artifact`] in any
//! program that compiles. All calls block; run them on threads that may block.
//!
//! It never loads a candidate itself, never runs one outside a jail, and never parses strangers' Rust in its own
//! process.
#![forbid(unsafe_code)]

mod artifact;
mod build;
mod cargo;
mod doctor;
mod error;
mod gate;
mod inspect;
mod lint;
mod probe;
mod roles;
mod source;
mod workshop;

pub use artifact::{Artifact, ArtifactKey, Collected, Presence, clear_unfinished};
pub use build::{BuildLimits, Built};
pub use doctor::{Doctor, Found, Free};
pub use error::{GateError, StageFailure};
pub use gate::{Gate, GateConfig, Report};
pub use inspect::Inspected;
pub use kandra_jail::{Cancel, LayerReport, MissingLayers};
pub use kandra_lint::{Linted, Source};
pub use kandra_model::{CallerDouble, Contract, Finding, Severity, Slug, Stage, StageOutcome, Tier};
pub use probe::Serving;
pub use roles::role_main;
pub use source::{Files, read_directory};
pub use workshop::{AllowedCrate, Toolchain, WarmProgress, Workshop, allowed_crates, template};
