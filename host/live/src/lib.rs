//! live: the process that holds generated code. It loads, serves, swaps and unloads features, and knows no secret.
//!
//! Arrives: artifacts by hash, commands of control, requests of visitors. Leaves: answers, log lines, faults, reports.
//! Must never: trust a library's bytes without hashing them, call it outside a lease, or unload it under one.
//!
//! [`serve::main`] is the process; [`Live`] is the same without a socket, for programs that embed it; [`probe::main`]
//! tries one candidate in a process of its own.

mod allowance;
mod body;
mod call;
mod chain;
mod circuit;
mod connect;
mod current;
mod environment;
mod failure;
mod feature;
mod http;
mod hub;
mod kv;
mod live;
mod load;
mod mount;
mod operation;
pub mod probe;
mod reaper;
mod recorder;
mod routes;
mod schedule;
pub mod serve;
mod services;
mod sockets;
mod sql;
mod state;
mod statistics;
mod watchdog;
mod worker;

pub use environment::{Outlet, Silence};
// What the types below are made of, for programs that embed this crate.
pub use kandra_model::{ArtifactHash, Presentation, Revision, Slug, Tier};
pub use kandra_wire::{FeatureSettings, LiveReport, MountedReport, ToControl};
pub use live::{Ask, Config, Live, MountError, Order, Reply};
pub use load::{LoadError, keep_unloaded_inaccessible};
pub use routes::RouteError;
pub use worker::Worker;
