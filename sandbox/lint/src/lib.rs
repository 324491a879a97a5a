//! Two gates: `source` (which files, how large, which manifest fields) and `lint` (which Rust), and the ticks.
//!
//! Strangers' files arrive; a [`Source`] and then a [`Linted`] leave, or findings for the author. Nothing here reads
//! a file, the environment or the clock, and nothing here runs what it reads. `syn` can exhaust the stack on hostile
//! input: [`lint`] scans depth and length before it parses, and the gate still calls it in a disposable child
//! ([`child`]).
#![forbid(unsafe_code)]

pub mod child;
pub mod crates;
mod finding;
pub mod fix;
#[cfg(test)]
mod fuzz;
mod linted;
mod names;
mod parse;
mod policy;
mod rules;
mod scan;
mod source;
mod ticks;
mod walk;

pub use finding::{Finding, Severity};
pub use linted::{Linted, lint};
pub use policy::{Added, Door, Group, Loops, Reviewed, loops, never_added, reviewed};
pub use source::{Dependency, Height, MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES, Manifest, Source};
