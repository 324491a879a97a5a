//! A call that one feature makes of another: driven by a worker, bounded by its caller.

use super::{Live, begin};
use crate::{
    call::{self, Answered},
    chain::Origin,
    connect::{Order, ended},
    failure::Failure,
    http::{Ended, Ending},
    routes::Kind,
    serve::headers::{self, Origin as Cookies},
};
use abi_stable::std_types::{RSlice, RStr};
use base64::{Engine, engine::general_purpose::STANDARD};
use kandra_abi::{Header, Status, abi_stable};
use kandra_wire::{HttpResponse, MAX_RESPONSE_BODY};
use std::{
    future::poll_fn,
    sync::{Arc, Weak},
    task::Poll,
    time::Instant,
};
use tokio::sync::oneshot;

impl Live {
    /// Has a worker make the call. What is given back waits for it without a worker; dropped, it ends the call.
    pub(crate) fn connect(self: &Arc<Self>, order: Order) -> Ending {
        let (mut answer, answered) = oneshot::channel();
        let live = Arc::downgrade(self);
        let driven = self.workers.drive(Box::new(move || {
            Box::pin(async move {
                let until = order.until;
                let made = tokio::time::timeout_at(until.into(), make(live, &order));
                let ended = tokio::select! {
                    biased;
                    // The caller is gone.
                    () = answer.closed() => return,
                    made = made => made.unwrap_or_else(|_| ended(504, format!("{} did not answer in time", order.feature))),
                };
                let _ = answer.send(ended);
            })
        }));
        if !driven {
            return crate::http::refused(Status::UNAVAILABLE, "no thread of this process serves features");
        }
        // The worker that made the call may have ended.
        Box::pin(async move { answered.await.unwrap_or_else(|_| ended(503, "this process is about to end".to_owned())) })
    }
}

async fn make(live: Weak<Live>, order: &Order) -> Ended {
    let Some(live) = live.upgrade() else { return ended(503, "this process is about to end".to_owned()) };
    match called(&live, order).await {
        Ok(answered) => {
            if order.method != "GET" && answered.status() < 400 {
                live.changed(&answered.mount().feature.slug);
            }
            passed_on(&answered, &order.feature)
        }
        Err(failure) => blamed(&failure, order),
    }
}

async fn called(live: &Live, order: &Order) -> Result<Answered, Failure> {
    let started = Instant::now();
    let found = live.find_open(&order.feature, &order.method, &order.path).await?;
    if !matches!(found.route().kind, Kind::Handler | Kind::Widget) {
        return Err(Failure::NoRoute);
    }
    let most = found.lease.mount().feature.settings.load().request_bytes;
    if order.body.len() as u64 > most {
        return Err(Failure::BodyTooLarge { most });
    }
    let visitor = order.chain.visitor(live.environment.salt(), &order.feature);
    let mut found = Some(found);
    let begun = poll_fn(|cx| {
        let found = found.take().expect("this future is ready with its first poll");
        let headers: Vec<Header<'_>> = order
            .headers
            .iter()
            .map(|(name, value)| Header { name: RStr::from_str(name), value: RSlice::from_slice(value.as_bytes()) })
            .collect();
        let Order { method, path, query, body, chain, .. } = order;
        Poll::Ready(begin(found, started, method, path, query, &headers, body, &visitor, Origin::Feature(chain), cx))
    });
    call::complete(begun.await?).await
}

/// What came back, in a form that outlives the other feature's library.
fn passed_on(answered: &Answered, feature: &str) -> Ended {
    if answered.body().len() > MAX_RESPONSE_BODY {
        let reason = format!("{feature} answered more than {} KiB", MAX_RESPONSE_BODY >> 10);
        return (Status::TOO_LARGE, 0, reason.into_bytes());
    }
    let headers = answered
        .headers()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .filter(|(name, _)| headers::settable(name, Cookies::Shared))
        .take(headers::MOST_HEADERS)
        .collect();
    let response = HttpResponse { status: answered.status(), headers, body: STANDARD.encode(answered.body()) };
    (Status::OK, 0, serde_json::to_vec(&response).expect("an answer is plain data"))
}

/// What a call without an answer means for the caller, and what to do about it.
fn blamed(failure: &Failure, order: &Order) -> Ended {
    let Order { feature, method, path, .. } = order;
    match failure {
        Failure::NoFeature => {
            ended(503, format!("there is no feature {feature} just now: it was removed, is in quarantine or could not be built"))
        }
        Failure::NoRoute | Failure::Method { .. } | Failure::BadPath => ended(502, format!("{feature} has no route {method} {path}")),
        Failure::BodyTooLarge { .. } => (Status::INVALID, 0, format!("{feature}: {}", failure.sentence()).into_bytes()),
        failure => {
            let status = match failure.status() {
                504 => 504,
                429 | 503 if failure.fault().is_none() => 503,
                _ => 502,
            };
            ended(status, format!("{feature}: {}", failure.sentence()))
        }
    }
}
