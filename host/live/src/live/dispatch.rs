//! From a path to a call of the revision that serves it.

use super::Live;
use crate::{
    call,
    chain::{Origin, Visitor},
    failure::Failure,
    mount::{Lease, NoLease},
    routes::{Matched, Route, percent_decode},
};
use abi_stable::std_types::{RSlice, RStr};
use kandra_abi::{Header, Param, RequestView, abi_stable};
use std::{
    future::poll_fn,
    task::{Context, Poll},
    time::{Duration, Instant},
};

/// How long a call waits while its feature's state moves.
const HELD_PATIENCE: Duration = Duration::from_secs(5);

/// A request, as [`Live::dispatch`] takes it.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Upper case.
    pub method: &'a str,
    /// Absolute, percent-encoded: `/{slug}/…`.
    pub path: &'a str,
    /// Without the question mark.
    pub query: &'a str,
    /// Lower-case names.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// The whole body.
    pub body: &'a [u8],
    /// The visitor's pseudonymous id for this feature, or empty.
    pub visitor: &'a str,
}

/// An answer in the caller's memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// As the feature set them, unfiltered.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl From<Failure> for Reply {
    fn from(failure: Failure) -> Self {
        let body = serde_json::json!({ "error": failure.sentence(), "code": failure.code(), "status": failure.status() });
        let headers = vec![("content-type".to_owned(), "application/problem+json".to_owned())];
        Self { status: failure.status(), headers, body: body.to_string().into_bytes() }
    }
}

impl From<call::Answered> for Reply {
    fn from(answered: call::Answered) -> Self {
        let headers = answered.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { status: answered.status(), headers, body: answered.body().to_vec() }
    }
}

/// A path that leads to a route, with the lease that keeps it there.
pub(crate) struct Found<'p> {
    pub lease: Lease,
    pub route: usize,
    pub values: Vec<&'p str>,
}

impl Found<'_> {
    pub fn route(&self) -> &Route {
        &self.lease.mount().routes.all()[self.route]
    }
}

impl Live {
    /// Calls a feature's route on this thread, which has joined.
    pub async fn dispatch(&self, ask: Ask<'_>) -> Reply {
        match self.try_dispatch(ask).await {
            Ok(answered) => answered.into(),
            Err(failure) => failure.into(),
        }
    }

    pub(crate) async fn try_dispatch(&self, ask: Ask<'_>) -> Result<call::Answered, Failure> {
        let who = if ask.visitor.is_empty() { Visitor::Nobody } else { Visitor::Named(ask.visitor) };
        self.try_dispatch_for(ask, Origin::Visitor(who)).await
    }

    /// The same for somebody whom features that are called in turn are to know too.
    pub(crate) async fn try_dispatch_for(&self, ask: Ask<'_>, origin: Origin<'_>) -> Result<call::Answered, Failure> {
        let started = Instant::now();
        let (slug, path) = split(ask.path);
        let mut found = Some(self.find_open(slug, ask.method, path).await?);
        let begun = poll_fn(|cx| {
            let found = found.take().expect("this future is ready with its first poll");
            let headers: Vec<Header<'_>> =
                ask.headers.iter().map(|(name, value)| Header { name: RStr::from_str(name), value: RSlice::from_slice(value) }).collect();
            Poll::Ready(begin(found, started, ask.method, path, ask.query, &headers, ask.body, ask.visitor, origin, cx))
        });
        call::complete(begun.await?).await
    }

    /// Finds a route; waits while the feature's state moves from one revision to the next.
    pub(crate) async fn find_open<'p>(&self, slug: &str, method: &str, path: &'p str) -> Result<Found<'p>, Failure> {
        let until = Instant::now() + HELD_PATIENCE;
        loop {
            match self.find(slug, method, path) {
                Err(Failure::Held) => {}
                found => return found,
            }
            let reopened = self.reopened.notified();
            match self.find(slug, method, path) {
                Err(Failure::Held) if tokio::time::timeout_at(until.into(), reopened).await.is_err() => return Err(Failure::Held),
                Err(Failure::Held) => {}
                found => return found,
            }
        }
    }

    /// Finds a route and leases it; [`Failure::Held`] while its state moves.
    pub(crate) fn find<'p>(&self, slug: &str, method: &str, path: &'p str) -> Result<Found<'p>, Failure> {
        let lease = loop {
            let table = self.table.load();
            let mount = table.get(slug).ok_or(Failure::NoFeature)?;
            match Lease::take(mount) {
                Ok(lease) => break lease,
                Err(NoLease::Held) => return Err(Failure::Held),
                // After we read the table, so the table has changed.
                Err(NoLease::Shut) => {}
            }
        };
        let mount = lease.mount();
        match mount.routes.find(method, path) {
            Matched::Route(route, values) => {
                let settings = mount.feature.settings.load();
                if settings.paused {
                    return Err(Failure::Paused);
                }
                if let Some(left) = mount.feature.circuit.rests() {
                    return Err(Failure::Rests { seconds: left.as_secs() + 1 });
                }
                if mount.leases() > settings.concurrent_calls as usize {
                    return Err(Failure::Busy { most: settings.concurrent_calls });
                }
                drop(settings);
                Ok(Found { lease, route, values })
            }
            Matched::OtherMethods(allowed) => Err(Failure::Method { allowed }),
            Matched::Nothing => Err(Failure::NoRoute),
        }
    }
}

/// Makes the call that was found and polls it once.
#[allow(clippy::too_many_arguments)] // the parts of one request, each borrowed from another place
pub(crate) fn begin(
    found: Found<'_>,
    started: Instant,
    method: &str,
    path: &str,
    query: &str,
    headers: &[Header<'_>],
    body: &[u8],
    visitor: &str,
    origin: Origin<'_>,
    cx: &Context<'_>,
) -> Result<call::Begun, Failure> {
    let Found { lease, route, values } = found;
    let decoded = values.iter().map(|value| percent_decode(value).ok_or(Failure::BadPath)).collect::<Result<Vec<_>, _>>()?;
    // The names lie in the mount, which the lease keeps; the shared handle lets them be borrowed while the lease moves.
    let mount = if decoded.is_empty() { None } else { Some(lease.shared().clone()) };
    let names = mount.as_ref().map_or(&[][..], |mount| &mount.routes.all()[route].params);
    let params: Vec<Param<'_>> =
        names.iter().zip(&decoded).map(|(name, value)| Param { name: RStr::from_str(name), value: RStr::from_str(value) }).collect();
    let view = RequestView {
        route: u32::try_from(route).expect("MAX_ROUTES fits in u32"),
        method: RStr::from_str(method),
        path: RStr::from_str(path),
        query: RStr::from_str(query),
        params: RSlice::from_slice(&params),
        headers: RSlice::from_slice(headers),
        body: RSlice::from_slice(body),
        visitor: RStr::from_str(visitor),
    };
    call::begin(lease, &view, started, origin, cx)
}

/// The feature's name and the path within the feature.
pub(crate) fn split(path: &str) -> (&str, &str) {
    let rest = path.strip_prefix('/').unwrap_or(path);
    match rest.find('/') {
        Some(slash) => (&rest[..slash], &rest[slash..]),
        None => (rest, "/"),
    }
}
