//! Outgoing calls: live has no network, so it asks control over the wire and waits without holding a worker.
//!
//! Arrives: a library's request, as JSON. Leaves: the other server's answer as JSON, or a status and a reason. While a
//! candidate is tried, the contract answers. Control decides what may be called; what is refused here saves a round and
//! names to an author what the manifest lacks.

use crate::mount::Mount;
use base64::{Engine, engine::general_purpose::STANDARD};
use kandra_abi::Status;
use kandra_model::{HttpDouble, Slug, Target};
use kandra_wire::{HttpAnswer, HttpId, HttpRefusal, HttpRequest, HttpResponse, ToControl};
use std::{
    collections::HashMap,
    future::{Future, ready},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};

/// The capability that [`op_kind::HTTP`](kandra_abi::op_kind::HTTP) needs.
pub(crate) const HTTP: &str = "http";
/// The largest request, bytes of JSON: the largest body as base64, and the headers.
const MOST_REQUEST: usize = 512 << 10;
/// Calls that may wait for control.
const MOST_WAITING: usize = 256;
/// Calls that may wait for the wire.
pub(crate) const MOST_UNSENT: usize = 64;
/// How much longer than the call itself control may take.
const GRACE: Duration = Duration::from_secs(2);

/// Who answers.
pub(crate) enum Http {
    /// Nobody: live is used as a library.
    Nobody,
    /// Control.
    Control(Arc<Asks>),
    /// The contract.
    Contract(Vec<HttpDouble>),
}

/// A status, a number and data for the library: [`HttpResponse`] as JSON, or the reason. With `UNAVAILABLE` the number is
/// the HTTP status that says it to a visitor; with `NOT_GRANTED` 500 when the manifest lacks something.
pub(crate) type Ended = (Status, i64, Vec<u8>);
type Ending = Pin<Box<dyn Future<Output = Ended> + Send>>;

fn refused(status: Status, reason: impl Into<String>) -> Ending {
    Box::pin(ready((status, 0, reason.into().into_bytes())))
}

/// Begins a call for the feature.
pub(crate) fn call(mount: &Mount, request: &[u8]) -> Ending {
    let presentation = &mount.presentation;
    if !presentation.capabilities.iter().any(|declared| declared == HTTP) {
        return refused(Status::NOT_GRANTED, "");
    }
    let (request, target) = match read(request) {
        Ok(read) => read,
        // While a candidate is tried its author reads the answer.
        Err(reason) if matches!(mount.feature.environment.http, Http::Contract(_)) => return refused(Status::NOT_FOUND, reason),
        Err(reason) => return refused(Status::INVALID, reason),
    };
    if !presentation.hosts.iter().any(|named| named == target.host.as_str()) {
        let reason = format!("This feature does not name the host `{}` in its manifest.", target.host);
        return Box::pin(ready((Status::NOT_GRANTED, 500, reason.into_bytes())));
    }
    match &mount.feature.environment.http {
        Http::Nobody => refused(Status::UNAVAILABLE, "nobody makes outgoing calls here"),
        Http::Contract(doubles) => Box::pin(ready(answer_of(doubles, &request, &target))),
        Http::Control(asks) => Box::pin(asks.ask(mount.feature.slug.clone(), request)),
    }
}

fn read(request: &[u8]) -> Result<(HttpRequest, Target), String> {
    if request.len() > MOST_REQUEST {
        return Err(format!("the request is larger than {} KiB", kandra_wire::MAX_REQUEST_BODY >> 10));
    }
    let request: HttpRequest = serde_json::from_slice(request).map_err(|error| error.to_string())?;
    let target = request.check()?;
    Ok((request, target))
}

/// What the contract says that would come back.
fn answer_of(doubles: &[HttpDouble], request: &HttpRequest, target: &Target) -> Ended {
    let Some(double) = doubles.iter().find(|double| double.answers(&request.method, target)) else {
        let path = target.path.chars().take(200).collect::<String>();
        let reason = format!("contract.toml has no [[http]] that answers {} {} on {}", request.method, path, target.host);
        return (Status::NOT_FOUND, 0, reason.into_bytes());
    };
    let answer = &double.answer;
    let (content_type, body) = match (&answer.json, &answer.text) {
        (Some(json), _) => (Some("application/json"), json.to_string()),
        (None, Some(text)) => (Some("text/plain; charset=utf-8"), text.clone()),
        (None, None) => (None, String::new()),
    };
    let mut headers: Vec<(String, String)> =
        answer.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect();
    if let Some(content_type) = content_type
        && !headers.iter().any(|(name, _)| name == "content-type")
    {
        headers.push(("content-type".to_owned(), content_type.to_owned()));
    }
    ended(HttpAnswer::Answered(HttpResponse { status: answer.status, headers, body: STANDARD.encode(body) }))
}

fn ended(answer: HttpAnswer) -> Ended {
    match answer {
        HttpAnswer::Answered(response) => (Status::OK, 0, serde_json::to_vec(&response).expect("an answer is plain data")),
        HttpAnswer::Refused { why, reason } => {
            let (status, number) = match why {
                HttpRefusal::NotGranted => (Status::NOT_GRANTED, 0),
                HttpRefusal::Invalid => (Status::INVALID, 0),
                HttpRefusal::TooLarge => (Status::TOO_LARGE, 0),
                HttpRefusal::Quota => (Status::QUOTA, 0),
                HttpRefusal::TimedOut => (Status::UNAVAILABLE, 504),
                HttpRefusal::Unreachable => (Status::UNAVAILABLE, 502),
                HttpRefusal::Unavailable => (Status::UNAVAILABLE, 503),
            };
            (status, number, reason.into_bytes())
        }
    }
}

#[derive(Default)]
struct Waiting {
    last: u64,
    of: HashMap<HttpId, oneshot::Sender<HttpAnswer>>,
    closed: bool,
}

/// The calls that wait for control.
pub(crate) struct Asks {
    out: mpsc::Sender<ToControl>,
    waiting: Mutex<Waiting>,
}

/// Forgets a call that nobody waits for, and tells control.
struct Ticket {
    asks: Arc<Asks>,
    id: HttpId,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.asks.waiting().of.remove(&self.id).is_some() {
            // Without room control makes the call in vain; its answer is ignored.
            let _ = self.asks.out.try_send(ToControl::HttpCancel { id: self.id });
        }
    }
}

impl Asks {
    /// And the queue that leads to the wire.
    pub fn new() -> (Arc<Self>, mpsc::Receiver<ToControl>) {
        let (out, unsent) = mpsc::channel(MOST_UNSENT);
        (Arc::new(Self { out, waiting: Mutex::default() }), unsent)
    }

    fn ask(self: &Arc<Self>, feature: Slug, request: HttpRequest) -> impl Future<Output = Ended> + Send + use<> {
        let asks = self.clone();
        let within = Duration::from_millis(request.timeout_ms) + GRACE;
        // Sent now rather than with the first poll: an operation is under way once it is started.
        let begun = asks.begin(feature, request);
        async move {
            let gone = |reason: &str| ended(HttpAnswer::refused(HttpRefusal::Unavailable, reason));
            let (ticket, answer) = match begun {
                Ok(begun) => begun,
                Err(reason) => return gone(reason),
            };
            let answered = tokio::time::timeout(within, answer).await;
            drop(ticket);
            match answered {
                Ok(Ok(answer)) => ended(answer),
                Ok(Err(_)) => gone("control is gone, so nobody makes outgoing calls"),
                Err(_) => gone("control did not answer in time"),
            }
        }
    }

    fn begin(self: &Arc<Self>, feature: Slug, request: HttpRequest) -> Result<(Ticket, oneshot::Receiver<HttpAnswer>), &'static str> {
        let (sender, answer) = oneshot::channel();
        let id = {
            let mut waiting = self.waiting();
            if waiting.closed {
                return Err("control is gone, so nobody makes outgoing calls");
            }
            if waiting.of.len() >= MOST_WAITING {
                return Err("too many outgoing calls wait; try again in a moment");
            }
            waiting.last += 1;
            let id = HttpId(waiting.last);
            waiting.of.insert(id, sender);
            id
        };
        if self.out.try_send(ToControl::HttpAsk { id, feature, request }).is_err() {
            self.waiting().of.remove(&id);
            return Err("too many outgoing calls wait; try again in a moment");
        }
        Ok((Ticket { asks: self.clone(), id }, answer))
    }

    /// Hands an answer to whoever waits for it; one that nobody waits for is ignored.
    pub fn answered(&self, id: HttpId, answer: HttpAnswer) {
        let waiter = self.waiting().of.remove(&id);
        if let Some(waiter) = waiter {
            // The call may have ended in between.
            let _ = waiter.send(answer);
        }
    }

    /// Control is gone: whoever waits is told, and nobody waits any more.
    pub fn close(&self) {
        let mut waiting = self.waiting();
        waiting.closed = true;
        let gone = std::mem::take(&mut waiting.of);
        drop(waiting);
        drop(gone);
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> HttpRequest {
        serde_json::from_str(r#"{"method":"GET","url":"https://api.example.com/","timeout_ms":50}"#).unwrap()
    }

    fn ask(asks: &Arc<Asks>) -> impl Future<Output = Ended> + use<> {
        asks.ask("poll".parse().unwrap(), request())
    }

    fn response(status: u16) -> HttpAnswer {
        HttpAnswer::Answered(HttpResponse { status, headers: vec![], body: String::new() })
    }

    fn asked(message: Option<ToControl>) -> HttpId {
        match message {
            Some(ToControl::HttpAsk { id, .. }) => id,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn each_call_gets_its_own_answer_and_forged_ones_are_ignored() {
        let (asks, mut unsent) = Asks::new();
        let (first, second) = (ask(&asks), ask(&asks));
        let (a, b) = (asked(unsent.recv().await), asked(unsent.recv().await));
        for forged in [0, 3, u64::MAX] {
            asks.answered(HttpId(forged), response(599));
        }
        asks.answered(b, response(202));
        asks.answered(b, response(599));
        asks.answered(a, response(201));
        let status = |ended: Ended| serde_json::from_slice::<HttpResponse>(&ended.2).unwrap().status;
        assert_eq!((status(first.await), status(second.await)), (201, 202));
        assert!(unsent.try_recv().is_err(), "an answered call is not cancelled");
        assert!(asks.waiting().of.is_empty());
    }

    #[tokio::test]
    async fn a_call_that_is_dropped_is_cancelled() {
        let (asks, mut unsent) = Asks::new();
        let call = ask(&asks);
        let id = asked(unsent.recv().await);
        drop(call);
        assert!(matches!(unsent.recv().await, Some(ToControl::HttpCancel { id: told }) if told == id));
        asks.answered(id, response(200));
        assert!(asks.waiting().of.is_empty());
    }

    #[tokio::test]
    async fn without_control_a_call_ends() {
        let (asks, mut unsent) = Asks::new();
        let call = ask(&asks);
        asked(unsent.recv().await);
        asks.close();
        for call in [call.await, ask(&asks).await] {
            assert_eq!((call.0, call.1), (Status::UNAVAILABLE, 503));
            assert!(String::from_utf8(call.2).unwrap().contains("control is gone"));
        }
        let (asks, _unsent) = Asks::new();
        let late = ask(&asks).await;
        assert!(String::from_utf8(late.2).unwrap().contains("did not answer"));
    }

    #[tokio::test]
    async fn what_waits_is_bounded() {
        let (asks, mut unsent) = Asks::new();
        let refused = |ended: Ended| String::from_utf8(ended.2).unwrap().contains("too many");
        let unread: Vec<_> = (0..MOST_UNSENT).map(|_| ask(&asks)).collect();
        assert!(refused(ask(&asks).await));
        assert_eq!(asks.waiting().of.len(), MOST_UNSENT);
        let mut waiting = unread;
        while waiting.len() < MOST_WAITING {
            asked(unsent.recv().await);
            waiting.push(ask(&asks));
        }
        while unsent.try_recv().is_ok() {}
        assert!(refused(ask(&asks).await));
        drop(waiting);
        assert!(asks.waiting().of.is_empty());
    }

    #[test]
    fn requests_are_checked_before_they_leave() {
        assert!(read(&vec![b' '; MOST_REQUEST + 1]).unwrap_err().contains("KiB"));
        assert!(read(b"{").is_err());
        assert!(read(br#"{"method":"GET","url":"http://api.example.com/"}"#).unwrap_err().contains("https"));
    }
}
