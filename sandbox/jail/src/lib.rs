//! Running what may be hostile: the parent spawns the `kandra` binary again in a role, the child confines itself first
//! thing in `main`, before any thread, and only then reads what strangers wrote.
//!
//! Arrives: a [`Policy`] (data) and bytes for standard input. Leaves: a [`Finished`] child with bounded output. Must
//! never: run anything without the required layers unless the owner asked for that by name ([`MissingLayers`]).
//!
//! Linux only, x86-64 only.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod command;
mod confine;
mod namespaces;
mod policy;
mod prove;
mod shared_map;
mod syscalls;
mod words;

pub use command::{Cancel, Child, Command, End, Finished, JailError};
pub use confine::{ConfineError, EXIT_MISSING_LAYER, confine, confine_and_exec};
pub use policy::{Layer, Limits, MissingLayers, Namespaces, Policy, Role};
pub use prove::{LayerReport, prove_layers, prove_main};
pub use shared_map::SharedMap;
