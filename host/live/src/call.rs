//! One call: begun, polled inline, ended by an answer, a fault or its deadline.

use crate::{
    body::Body,
    chain::{Chain, Origin},
    current::{self, Running},
    environment::short_id,
    failure::Failure,
    load::{CaughtFault, Library},
    mount::{Lease, Mount},
    worker,
};
use kandra_abi::{Call, Polled, RequestView, Response, fault_kind};
use kandra_wire::{FaultKind, LogLevel};
use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

/// A call in progress. The library's part of it is dropped before its lease.
pub(crate) struct Calling {
    call: Option<Call>,
    /// `None` only while the call is being polled.
    lease: Option<Lease>,
    waker: Option<Waker>,
    chain: Option<Arc<Chain>>,
    route: usize,
    started: Instant,
}

/// An answer whose parts still lie in the library's memory.
pub(crate) struct Answered {
    response: Response,
    lease: Lease,
    pub route: usize,
}

impl Answered {
    pub fn status(&self) -> u16 {
        self.response.status
    }

    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.response.headers.iter().map(|header| (header.name.as_str(), header.value.as_str()))
    }

    pub fn body(&self) -> &[u8] {
        self.response.body.as_slice()
    }

    pub fn mount(&self) -> &Mount {
        self.lease.mount()
    }

    /// The body for the connection; everything else of the answer is dropped.
    pub fn into_body(self) -> Body {
        let Self { response, lease, .. } = self;
        let Response { headers, body, .. } = response;
        drop(headers);
        Body::of(body, lease)
    }
}

/// A call whose first poll is done; most end with it.
pub(crate) struct Begun {
    calling: Calling,
    first: Poll<Result<Response, CaughtFault>>,
}

/// Makes a call and polls it once, in one entry into the library.
pub(crate) fn begin(
    lease: Lease,
    view: &RequestView<'_>,
    started: Instant,
    origin: Origin<'_>,
    cx: &Context<'_>,
) -> Result<Begun, Failure> {
    let route = view.route as usize;
    let mount = lease.shared().clone();
    let chain = mount.calls_others.then(|| Arc::new(Chain::of(origin, &mount, started)));
    let library = &mount.library;
    let (running, entered) = current::scope(Running { lease, waker: Some(cx.waker().clone()), chain }, || {
        worker::enter(mount.number, mount.feature.poll_ms(), || library.start(view).map(|call| (call, step(library, call))))
    });
    match entered.ok_or(Failure::NotAWorker)? {
        Ok((call, polled)) => {
            let Running { lease, waker, chain } = running;
            let mut calling = Calling { call: Some(call), lease: Some(lease), waker, chain, route, started };
            let first = calling.settle(polled, cx);
            Ok(Begun { calling, first })
        }
        Err(fault) => {
            let failure = blame(&fault);
            account(&mount, route, started, failure.status());
            tell(&mount, route, &failure, &fault);
            Err(failure)
        }
    }
}

/// Polls a call and drops it when it has ended.
#[inline]
fn step(library: &Library, call: Call) -> Polled {
    let polled = library.poll(call);
    if matches!(polled, Polled::Ready(_) | Polled::Faulted(_)) {
        library.drop_call(call);
    }
    polled
}

/// Runs a call to its end.
pub(crate) async fn complete(begun: Begun) -> Result<Answered, Failure> {
    let Begun { mut calling, first } = begun;
    let settings = calling.mount().feature.settings.load();
    let (deadline_ms, most_bytes) = (settings.deadline_ms, settings.response_bytes);
    drop(settings);
    let ended = match first {
        Poll::Ready(ended) => Some(ended),
        Poll::Pending => {
            let until = calling.started + Duration::from_millis(deadline_ms);
            if calling.mount().state_version.is_none() {
                tokio::time::timeout_at(until.into(), &mut calling).await.ok()
            } else {
                let mount = calling.lease.as_ref().expect("the call is not being polled").shared().clone();
                let told = mount.ended.notified();
                if mount.ending.load(Ordering::SeqCst) {
                    return Err(replaced(&calling));
                }
                tokio::select! {
                    ended = tokio::time::timeout_at(until.into(), &mut calling) => ended.ok(),
                    () = told => return Err(replaced(&calling)),
                }
            }
        }
    };
    let failed = match ended {
        Some(Ok(response)) => {
            let bytes = response.body.len();
            let problem = match response.status {
                200..=599 if bytes as u64 <= most_bytes => None,
                200..=599 => {
                    let said = format!("a body of {bytes} bytes is above the limit of {most_bytes} (response_bytes)");
                    Some((Failure::AnswerTooLarge { bytes, most: most_bytes, id: short_id() }, said))
                }
                status => {
                    let said = format!("the status {status} is not between 200 and 599");
                    Some((Failure::BadAnswer { problem: said.clone(), id: short_id() }, said))
                }
            };
            match problem {
                None => {
                    let (route, status) = (calling.route, response.status);
                    let lease = calling.lease.take().expect("the call is not being polled");
                    account(lease.mount(), route, calling.started, status);
                    lease.mount().feature.circuit.well();
                    if status >= 500 {
                        returned_error(lease.mount(), route, &response);
                    }
                    return Ok(Answered { response, lease, route });
                }
                Some((failure, message)) => {
                    drop(response);
                    (failure, CaughtFault { kind: fault_kind::PANIC, message, location: String::new() })
                }
            }
        }
        Some(Err(fault)) => (blame(&fault), fault),
        None => {
            let fault =
                CaughtFault { kind: fault_kind::TIME, message: format!("no answer within {deadline_ms} ms"), location: String::new() };
            (Failure::Deadline { millis: deadline_ms, id: short_id() }, fault)
        }
    };
    let (failure, fault) = failed;
    account(calling.mount(), calling.route, calling.started, failure.status());
    tell(calling.mount(), calling.route, &failure, &fault);
    Err(failure)
}

/// The state that it may use moves to another revision, which cannot wait any longer.
#[cold]
fn replaced(calling: &Calling) -> Failure {
    account(calling.mount(), calling.route, calling.started, Failure::Replaced.status());
    Failure::Replaced
}

/// What a caught fault means for the visitor.
fn blame(fault: &CaughtFault) -> Failure {
    match fault.kind {
        kind @ (fault_kind::TIME | fault_kind::STACK | fault_kind::MEMORY) => Failure::Budget { kind, id: short_id() },
        _ => Failure::Panic { id: short_id() },
    }
}

fn account(mount: &Mount, route: usize, started: Instant, status: u16) {
    mount.routes.all()[route].calls.record(started.elapsed(), status);
}

#[cold]
fn tell(mount: &Mount, route: usize, failure: &Failure, fault: &CaughtFault) {
    if let Failure::Budget { .. } = failure
        && let Some(rest) = mount.feature.circuit.spent()
    {
        let told = format!("a budget was used up several times in a row: the feature rests for {} s", rest.as_secs());
        mount.feature.log(mount.revision, LogLevel::Error, &told);
    }
    if let Some((kind, id)) = failure.fault() {
        let message = if fault.location.is_empty() { fault.message.clone() } else { format!("{} at {}", fault.message, fault.location) };
        mount.feature.fault(mount.revision, kind, id, &named(mount, route), &message);
    }
}

/// An answer with a status of 500 and above, which the feature made itself.
#[cold]
fn returned_error(mount: &Mount, route: usize, response: &Response) {
    let body = response.body.as_slice();
    let message = String::from_utf8_lossy(&body[..body.len().min(500)]).into_owned();
    mount.feature.fault(mount.revision, FaultKind::Error, &short_id(), &named(mount, route), &message);
}

fn named(mount: &Mount, route: usize) -> String {
    let spec = &mount.routes.all()[route].spec;
    format!("{} {}", spec.method, spec.path)
}

impl Calling {
    fn mount(&self) -> &Mount {
        self.lease.as_ref().expect("the call is not being polled").mount()
    }

    /// Takes note of what a poll came to.
    fn settle(&mut self, polled: Polled, cx: &Context<'_>) -> Poll<Result<Response, CaughtFault>> {
        match polled {
            Polled::Pending => Poll::Pending,
            Polled::PendingWoken => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Polled::Ready(response) => {
                self.call = None;
                Poll::Ready(Ok(response))
            }
            Polled::Faulted(fault) => {
                self.call = None;
                Poll::Ready(Err(fault.into()))
            }
        }
    }
}

impl Future for Calling {
    type Output = Result<Response, CaughtFault>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let call = self.call.expect("a call is not polled after its end");
        let lease = self.lease.take().expect("a call is polled by one thread at a time");
        let waker = match self.waker.take() {
            Some(waker) if waker.will_wake(cx.waker()) => waker,
            _ => cx.waker().clone(),
        };
        let mount = lease.shared().clone();
        let chain = self.chain.take();
        let (running, polled) = current::scope(Running { lease, waker: Some(waker), chain }, || {
            worker::enter(mount.number, mount.feature.poll_ms(), || step(&mount.library, call))
        });
        self.lease = Some(running.lease);
        self.waker = running.waker;
        self.chain = running.chain;
        match polled {
            Some(polled) => self.settle(polled, cx),
            None => {
                let message = "the call was moved to a thread that does not serve features".to_owned();
                Poll::Ready(Err(CaughtFault { kind: fault_kind::PANIC, message, location: String::new() }))
            }
        }
    }
}

impl Drop for Calling {
    fn drop(&mut self) {
        let (Some(call), Some(lease)) = (self.call.take(), self.lease.take()) else { return };
        let mount = lease.shared().clone();
        let (running, ()) = current::scope(Running { lease, waker: None, chain: None }, || {
            if worker::enter(mount.number, mount.feature.poll_ms(), || mount.library.drop_call(call)).is_none() {
                // The worker is ending: its budget is gone, the call still has to be dropped.
                mount.library.drop_call(call);
            }
        });
        drop(running);
    }
}
