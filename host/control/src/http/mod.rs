//! The JSON API: every operation of the [`App`](crate::app::App) that somebody outside can reach.
//!
//! What arrives has passed the guard; what leaves is JSON, or a problem document with a stable code. Everything is
//! bounded: bodies, lists, streams. The list of [`endpoints`] is the one place that says which paths exist and for
//! whom; the routes and `/openapi.json` are both made from it.

mod candidates;
mod crates;
mod endpoints;
mod events;
mod features;
mod grants;
mod history;
mod input;
mod live;
mod metrics;
mod moderation;
mod openapi;
mod operations;
mod problem;
mod requests;
mod runs;
mod stream;
mod suggest;

pub(crate) use endpoints::configure;
pub(crate) use problem::{Problem, not_found};

#[cfg(test)]
mod tests;
