//! Who writes features when visitors ask: the offline developer with its recipes, and a developer that asks a model.
//!
//! A [`Task`] arrives, a [`Draft`] leaves: the files of one feature crate, as text. Nothing here touches the disk, runs
//! a process or loads code; the gates judge a draft like anybody else's crate. The words of a request are data: they
//! become string literals in a recipe's crate, or a fenced block in a prompt, and whatever they say, only files of that
//! one feature can come out.
#![forbid(unsafe_code)]

mod agent;
mod anthropic;
pub mod observer;
mod recipe;
mod secret;
mod task;

pub use agent::{Agent, AgentConfig, AgentKind, ConfigError, DEFAULT_MODEL};
pub use anthropic::Patience;
pub use recipe::{Fit, RecipeInfo, Recipes};
pub use secret::Secret;
pub use task::{AllowedCrate, Broken, DevelopError, Draft, LiveFeature, MAX_REPAIR_TURNS, Progress, Repair, Silent, Task};
