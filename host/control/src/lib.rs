//! control: the trusted process. It decides what is built and what serves; it never loads generated code and never
//! opens a file that live writes.
//!
//! [`serve`] runs one server over one home directory. [`App`] is what the HTTP API and the pages act through.
#![forbid(unsafe_code)]

mod app;
mod config;
mod guard;
mod health;
mod http;
mod live_handle;
mod logs;
mod observer;
mod outgoing;
mod pages;
mod pipeline;
mod serve;
mod startup;
mod supervisor;
mod watcher;
mod workshop;

pub use app::{
    Actor, App, AppError, Building, FeatureSource, Grants, Layer, LiveStatus, NextPick, RequestText, RolledBack, Status, Submission, Tried,
    WarmStatus,
};
pub use config::{AgentSettings, Approval, Config, ConfigError, MissingLayers, ModelSettings, Moderation, Network, Origin, Progress};
pub use kandra_model::{HostName, IdError, Slug};
pub use kandra_wire::is_secret_name;
pub use live_handle::{FaultCounts, LiveError, LiveHandle};
pub use logs::LogLine;
pub use outgoing::SecretRecord;
pub use serve::{BindError, ControlError, Ended, Listener, Notice, serve};
pub use startup::StartError;
