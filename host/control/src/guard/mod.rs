//! What stands before every answer: the host's name, the page's origin, the writer's rate and proof of work, the
//! owner's token, and the headers that keep browsers in bounds.
//!
//! What arrives is a request as the network sent it; what leaves is either a [`Refusal`] or a handler's call with a
//! known [`Caller`]. Nothing here reads or changes what the server holds.

mod address;
mod caller;
mod challenge;
mod headers;
mod layer;
mod limits;
mod names;
mod refusal;

pub(crate) use address::ClientAddress;
pub(crate) use caller::{Caller, Owner, Timely, Write};
pub(crate) use challenge::Challenge;
pub(crate) use headers::Nonce;
pub(crate) use layer::{host, protect};
pub(crate) use limits::StreamPlace;
pub(crate) use names::Names;
pub(crate) use refusal::Refusal;

use crate::app::App;
use crate::config::{Config, Network};
use challenge::Challenges;
use kandra_model::Timestamp;
use limits::{Streams, Writes};
use std::sync::Arc;

/// Shared by every worker.
pub(crate) struct Guard {
    names: Names,
    proxies: Vec<Network>,
    voters: [u8; 32],
    challenges: Challenges,
    writes: Writes,
    streams: Streams,
    is_owner: Box<dyn Fn(&str) -> bool + Send + Sync>,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl Guard {
    /// In front of this server.
    pub(crate) fn of(app: &Arc<App>) -> Self {
        let owner = Arc::clone(app);
        Self::new(app.config(), app.names().clone(), app.secret("voters"), move |token| owner.is_owner(token))
    }

    /// For a server with this configuration. `voters` keys the hashes of addresses and must survive a restart;
    /// `is_owner` compares a token in constant time.
    fn new(config: &Config, names: Names, voters: [u8; 32], is_owner: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self {
            names,
            proxies: config.trusted_proxies.clone(),
            voters,
            challenges: Challenges::new(config.difficulty),
            writes: Writes::new(),
            streams: Streams::new(),
            is_owner: Box::new(is_owner),
            clock: Arc::new(Timestamp::now),
        }
    }

    /// Under which names control and live are reached.
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// A new challenge, to be answered within five minutes.
    pub(crate) fn challenge(&self) -> Challenge {
        self.challenges.issue((self.clock)())
    }

    /// A place for an event stream, given back when it is dropped.
    pub(crate) fn stream(&self, address: ClientAddress) -> Result<StreamPlace, Refusal> {
        self.streams.take(address)
    }

    /// Event streams open now.
    pub(crate) fn open_streams(&self) -> usize {
        self.streams.open()
    }

    /// Writes that were let through and refused since the start.
    pub(crate) fn write_counts(&self) -> (u64, u64) {
        self.writes.counts()
    }
}

#[cfg(test)]
mod tests;
