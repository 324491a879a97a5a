//! control: the trusted process. It decides what is built and what serves; it never loads generated code and never
//! opens a file that live writes.
//!
//! [`serve`] runs one server over one home directory. [`App`] is what the HTTP API and the pages act through.
#![forbid(unsafe_code)]

mod app;
mod config;
mod guard;
mod http;
mod pages;
mod serve;

pub use app::{Actor, App, AppError, NewRequest, RolledBack, Status, Submission};
pub use config::{AgentSettings, Approval, Config, ConfigError, MissingLayers, ModelSettings, Moderation, Network, Origin, Progress};
pub use serve::{ControlError, Ended, serve};
