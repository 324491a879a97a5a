//! What the end-to-end tests and the benchmarks share: the real binary over a temporary home, a client that solves
//! proofs of work, an event stream, a load generator.
#![forbid(unsafe_code)]

mod api;
pub mod drain;
mod events;
pub mod fates;
pub mod faults;
pub mod load;
pub mod model_server;
mod server;
pub mod storm;
pub mod ungated;

pub use api::{Answer, Api};
pub use events::{Events, Heard};
pub use server::{Options, Server, binary, feature_crate, repository};
