//! Outgoing calls: live has no network, so it asks control over the wire and waits without holding a worker.
//!
//! Arrives: a library's request, as JSON. Leaves: the other server's answer as JSON, or a status and a reason. While a
//! candidate is tried, the contract answers. Control decides what may be called; what is refused here saves a round and
//! names to an author what the manifest lacks.

use crate::mount::Mount;
use base64::{Engine, engine::general_purpose::STANDARD};
use kandra_abi::Status;
use kandra_model::{HttpDouble, HttpDoubleAnswer, Slug, Target};
use kandra_wire::{HttpAnswer, HttpId, HttpRefusal, HttpRequest, HttpResponse, ToControl};
use std::{
    collections::HashMap,
    future::{Future, ready},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{AcquireError, Semaphore, mpsc, oneshot},
    time::Instant,
};

/// The capability that [`op_kind::HTTP`](kandra_abi::op_kind::HTTP) needs.
pub(crate) const HTTP: &str = "http";
/// The largest request, bytes of JSON: the largest body as base64, and the headers.
const MOST_REQUEST: usize = 512 << 10;
/// Calls of one feature that control makes at once; the others wait their turn. Control itself allows a few more, since a
/// cancelled call takes a moment to end.
pub(crate) const AT_ONCE: usize = 8;
/// The same for all features.
const AT_ONCE_IN_ALL: usize = 32;
/// Calls that may wait, and the bytes of their requests.
const MOST_WAITING: usize = 10_000;
const MOST_WAITING_BYTES: usize = 32 << 20;
/// Calls and cancellations that may wait for the wire.
const MOST_UNSENT: usize = 256;
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
pub(crate) type Ending = Pin<Box<dyn Future<Output = Ended> + Send>>;

pub(crate) fn refused(status: Status, reason: impl Into<String>) -> Ending {
    Box::pin(ready((status, 0, reason.into().into_bytes())))
}

/// Begins a call for the feature.
pub(crate) fn call(mount: &Mount, request: &[u8]) -> Ending {
    let presentation = &mount.presentation;
    if !presentation.capabilities.iter().any(|declared| declared == HTTP) {
        return refused(Status::NOT_GRANTED, "");
    }
    let bytes = request.len();
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
        Http::Control(asks) => Box::pin(asks.ask(mount.feature.slug.clone(), mount.feature.calls_out.clone(), request, bytes)),
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
    doubled(&double.answer)
}

/// A double's answer, as the SDK reads it.
pub(crate) fn doubled(answer: &HttpDoubleAnswer) -> Ended {
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
    /// Sent, by number.
    of: HashMap<HttpId, oneshot::Sender<HttpAnswer>>,
    /// Begun and not ended, and the bytes of their requests.
    calls: usize,
    bytes: usize,
    closed: bool,
}

/// The calls that wait: for their turn, then for control.
pub(crate) struct Asks {
    out: mpsc::Sender<ToControl>,
    waiting: Mutex<Waiting>,
    places: Arc<Semaphore>,
}

/// A call that is counted.
struct Counted {
    asks: Arc<Asks>,
    bytes: usize,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut waiting = self.asks.waiting();
        waiting.calls -= 1;
        waiting.bytes -= self.bytes;
    }
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

const GONE: &str = "control is gone, so nobody makes outgoing calls";
const TOO_MANY: &str = "too many outgoing calls wait; try again in a moment";

impl Asks {
    /// And the queue that leads to the wire.
    pub fn new() -> (Arc<Self>, mpsc::Receiver<ToControl>) {
        let (out, unsent) = mpsc::channel(MOST_UNSENT);
        (Arc::new(Self { out, waiting: Mutex::default(), places: Arc::new(Semaphore::new(AT_ONCE_IN_ALL)) }), unsent)
    }

    /// A call for a feature, whose own places these are. `bytes` is what it keeps while it waits.
    fn ask(
        self: &Arc<Self>,
        feature: Slug,
        own: Arc<Semaphore>,
        request: HttpRequest,
        bytes: usize,
    ) -> impl Future<Output = Ended> + Send + use<> {
        let asks = self.clone();
        // Counted now rather than with the first poll: an operation that is started is there.
        let counted = self.count(bytes);
        async move {
            let refusal = match counted {
                Ok(counted) => asks.wait(feature, own, request, counted).await,
                Err(reason) => Err((HttpRefusal::Unavailable, reason.to_owned())),
            };
            ended(refusal.unwrap_or_else(|(why, reason)| HttpAnswer::refused(why, reason)))
        }
    }

    fn count(self: &Arc<Self>, bytes: usize) -> Result<Counted, &'static str> {
        let mut waiting = self.waiting();
        if waiting.closed {
            return Err(GONE);
        }
        if waiting.calls >= MOST_WAITING || waiting.bytes + bytes > MOST_WAITING_BYTES {
            return Err(TOO_MANY);
        }
        waiting.calls += 1;
        waiting.bytes += bytes;
        Ok(Counted { asks: self.clone(), bytes })
    }

    async fn wait(
        self: &Arc<Self>,
        feature: Slug,
        own: Arc<Semaphore>,
        mut request: HttpRequest,
        _counted: Counted,
    ) -> Result<HttpAnswer, (HttpRefusal, String)> {
        let gone = |reason: &str| (HttpRefusal::Unavailable, reason.to_owned());
        let until = Instant::now() + Duration::from_millis(request.timeout_ms);
        let turn = async {
            let own = own.acquire_owned().await?;
            Ok::<_, AcquireError>((own, self.places.clone().acquire_owned().await?))
        };
        let _places = match tokio::time::timeout_at(until, turn).await {
            Ok(Ok(places)) => places,
            Ok(Err(_)) => return Err(gone(GONE)),
            Err(_) => {
                let reason = format!("{AT_ONCE} calls of {feature} were under way, and it was not its turn within its time");
                return Err((HttpRefusal::Quota, reason));
            }
        };
        let left = until.saturating_duration_since(Instant::now());
        request.timeout_ms = u64::try_from(left.as_millis()).unwrap_or(1).max(1);
        let (ticket, answer) = self.send(feature, request).map_err(gone)?;
        let answered = tokio::time::timeout_at(until + GRACE, answer).await;
        drop(ticket);
        match answered {
            Ok(answer) => answer.map_err(|_| gone(GONE)),
            Err(_) => Err(gone("control did not answer in time")),
        }
    }

    fn send(self: &Arc<Self>, feature: Slug, request: HttpRequest) -> Result<(Ticket, oneshot::Receiver<HttpAnswer>), &'static str> {
        let (sender, answer) = oneshot::channel();
        let id = {
            let mut waiting = self.waiting();
            if waiting.closed {
                return Err(GONE);
            }
            waiting.last += 1;
            let id = HttpId(waiting.last);
            waiting.of.insert(id, sender);
            id
        };
        if self.out.try_send(ToControl::HttpAsk { id, feature, request }).is_err() {
            self.waiting().of.remove(&id);
            return Err(TOO_MANY);
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
        self.places.close();
        drop(gone);
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::task::JoinHandle;

    fn request(timeout_ms: u64) -> HttpRequest {
        let url = "https://api.example.com/";
        serde_json::from_value(serde_json::json!({ "method": "GET", "url": url, "timeout_ms": timeout_ms })).unwrap()
    }

    struct Rig {
        asks: Arc<Asks>,
        unsent: mpsc::Receiver<ToControl>,
        own: Arc<Semaphore>,
    }

    impl Rig {
        fn new() -> Self {
            let (asks, unsent) = Asks::new();
            Self { asks, unsent, own: Arc::new(Semaphore::new(AT_ONCE)) }
        }

        fn ask(&self, timeout_ms: u64) -> JoinHandle<Ended> {
            tokio::spawn(self.asks.ask("poll".parse().unwrap(), self.own.clone(), request(timeout_ms), 100))
        }

        async fn asked(&mut self) -> HttpId {
            match self.unsent.recv().await {
                Some(ToControl::HttpAsk { id, .. }) => id,
                other => panic!("{other:?}"),
            }
        }

        /// Whether nothing is left of any call.
        fn is_empty(&self) -> bool {
            let waiting = self.asks.waiting();
            waiting.of.is_empty() && waiting.calls == 0 && waiting.bytes == 0
        }
    }

    fn response(status: u16) -> HttpAnswer {
        HttpAnswer::Answered(HttpResponse { status, headers: vec![], body: String::new() })
    }

    fn reason(ended: Ended) -> String {
        String::from_utf8(ended.2).unwrap()
    }

    #[tokio::test]
    async fn each_call_gets_its_own_answer_and_forged_ones_are_ignored() {
        let mut rig = Rig::new();
        let (first, second) = (rig.ask(5_000), rig.ask(5_000));
        let (a, b) = (rig.asked().await, rig.asked().await);
        for forged in [0, 3, u64::MAX] {
            rig.asks.answered(HttpId(forged), response(599));
        }
        rig.asks.answered(b, response(202));
        rig.asks.answered(b, response(599));
        rig.asks.answered(a, response(201));
        let status = |ended: Ended| serde_json::from_slice::<HttpResponse>(&ended.2).unwrap().status;
        assert_eq!((status(first.await.unwrap()), status(second.await.unwrap())), (201, 202));
        assert!(rig.unsent.try_recv().is_err(), "an answered call is not cancelled");
        assert!(rig.is_empty());
    }

    #[tokio::test]
    async fn a_call_that_is_dropped_is_cancelled() {
        let mut rig = Rig::new();
        let call = rig.ask(5_000);
        let id = rig.asked().await;
        call.abort();
        assert!(matches!(rig.unsent.recv().await, Some(ToControl::HttpCancel { id: told }) if told == id));
        assert!(call.await.unwrap_err().is_cancelled());
        rig.asks.answered(id, response(200));
        assert!(rig.is_empty());
    }

    #[tokio::test]
    async fn a_feature_has_its_turns_and_what_waits_does_not_reach_control() {
        let mut rig = Rig::new();
        let calls: Vec<_> = (0..40).map(|_| rig.ask(5_000)).collect();
        let impatient = rig.ask(50);
        let mut under_way = Vec::new();
        for _ in 0..AT_ONCE {
            under_way.push(rig.asked().await);
        }
        assert!(reason(impatient.await.unwrap()).contains("not its turn"));
        assert!(rig.unsent.try_recv().is_err(), "a ninth was sent");
        // Another feature does not wait behind them.
        let other = tokio::spawn(rig.asks.ask("dice".parse().unwrap(), Arc::new(Semaphore::new(AT_ONCE)), request(5_000), 0));
        let id = rig.asked().await;
        rig.asks.answered(id, response(200));
        assert_eq!(other.await.unwrap().0, Status::OK);
        for answered in 0..40 {
            rig.asks.answered(under_way.remove(0), response(200));
            if answered + AT_ONCE < 40 {
                under_way.push(rig.asked().await);
            }
        }
        for call in calls {
            assert_eq!(call.await.unwrap().0, Status::OK);
        }
        assert!(rig.is_empty());
    }

    #[tokio::test]
    async fn all_features_together_have_their_bound() {
        let mut rig = Rig::new();
        let mut calls = Vec::new();
        for feature in ["dice", "poll", "quiz", "todo", "echo"] {
            let own = Arc::new(Semaphore::new(AT_ONCE));
            calls.extend((0..AT_ONCE).map(|_| tokio::spawn(rig.asks.ask(feature.parse().unwrap(), own.clone(), request(5_000), 0))));
        }
        for _ in 0..AT_ONCE_IN_ALL {
            rig.asked().await;
        }
        tokio::task::yield_now().await;
        assert!(rig.unsent.try_recv().is_err());
        calls.into_iter().for_each(|call| call.abort());
    }

    #[tokio::test]
    async fn without_control_every_call_ends() {
        let mut rig = Rig::new();
        let mut calls: Vec<_> = (0..20).map(|_| rig.ask(5_000)).collect();
        rig.asked().await;
        rig.asks.close();
        calls.push(rig.ask(5_000));
        for call in calls {
            let ended = call.await.unwrap();
            assert_eq!((ended.0, ended.1), (Status::UNAVAILABLE, 503));
            assert!(reason(ended).contains("control is gone"));
        }
        assert!(rig.is_empty());
    }

    #[tokio::test]
    async fn control_that_is_silent_does_not_hold_a_call() {
        let rig = Rig::new();
        let late = rig.ask(1).await.unwrap();
        assert!(late.1 == 503 && reason(late).contains("did not answer"));
        assert!(rig.is_empty());
    }

    #[tokio::test]
    async fn what_waits_is_bounded_in_number_and_bytes() {
        let rig = Rig::new();
        let ask = |bytes: usize| rig.asks.ask("poll".parse().unwrap(), rig.own.clone(), request(5_000), bytes);
        let waiting: Vec<_> = (0..MOST_WAITING).map(|_| ask(0)).collect();
        assert!(reason(ask(0).await).contains("too many"));
        drop(waiting);
        assert!(rig.is_empty());
        let large = ask(MOST_WAITING_BYTES);
        assert!(reason(ask(1).await).contains("too many"));
        drop(large);
        assert!(rig.is_empty());
    }

    #[test]
    fn requests_are_checked_before_they_leave() {
        assert!(read(&vec![b' '; MOST_REQUEST + 1]).unwrap_err().contains("KiB"));
        assert!(read(b"{").is_err());
        assert!(read(br#"{"method":"GET","url":"http://api.example.com/"}"#).unwrap_err().contains("https"));
    }
}
