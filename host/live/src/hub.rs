//! Features' topics on their way to browsers.
//!
//! Workers only put a note into a bounded queue; a thread of its own spreads it over the clients. `changed`, which every
//! successful write causes, is sent at most ten times a second for each feature, the last one never lost. A client
//! that does not keep up is disconnected: its browser comes back and looks again.

use kandra_model::Slug;
use std::{
    collections::{HashMap, HashSet, VecDeque},
    net::IpAddr,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// The topic that says that a feature's data have changed.
pub(crate) const CHANGED: &str = "changed";
/// The most features of one subscription.
pub(crate) const MOST_FEATURES: usize = 64;
/// The most clients in all, and from one address.
const MOST_CLIENTS: usize = 4_096;
const MOST_FROM_ONE: usize = 256;
/// The most notes that wait to be spread.
const MOST_WAITING: usize = 4_096;
/// The most events that wait for one client.
const CLIENT_QUEUE: usize = 256;
/// Between two `changed` of one feature.
const CHANGED_PACE: Duration = Duration::from_millis(100);

/// One event, rendered: `{"feature":…,"topic":…,"data":…}`, or the data alone for who hears one topic.
pub(crate) type Message = Arc<str>;

/// What a client hears.
#[derive(Debug)]
pub(crate) enum Interest {
    /// All topics of these features.
    Features(HashSet<Slug>),
    /// One topic of one feature.
    Topic(Slug, String),
}

/// Spreads features' topics.
#[derive(Debug)]
pub(crate) struct Hub {
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Debug, Default)]
struct State {
    notes: VecDeque<(Slug, String, String)>,
    /// Features that have changed, and when that may be told.
    changed: HashMap<Slug, Instant>,
    told: HashMap<Slug, Instant>,
    clients: HashMap<u64, Client>,
    last_client: u64,
    closed: bool,
}

#[derive(Debug)]
struct Client {
    interest: Interest,
    peer: Option<IpAddr>,
    queue: Sender<Message>,
}

/// A client's end. It is forgotten when the value is dropped.
#[derive(Debug)]
pub(crate) struct Subscription {
    pub messages: Receiver<Message>,
    hub: Arc<Hub>,
    id: u64,
}

impl Hub {
    /// Starts the thread; it ends after [`Self::close`].
    pub fn start() -> std::io::Result<Arc<Self>> {
        let hub = Arc::new(Self { state: Mutex::default(), work: Condvar::new() });
        std::thread::Builder::new().name("kandra-hub".to_owned()).spawn({
            let hub = hub.clone();
            move || hub.run()
        })?;
        Ok(hub)
    }

    /// Queues an event; the data is one line of JSON. `false` when there was no room.
    pub fn publish(&self, feature: &Slug, topic: &str, data: &str) -> bool {
        let mut state = self.state();
        if state.clients.is_empty() {
            return true;
        }
        if state.notes.len() >= MOST_WAITING {
            return false;
        }
        state.notes.push_back((feature.clone(), topic.to_owned(), data.to_owned()));
        drop(state);
        self.work.notify_one();
        true
    }

    /// Notes that a feature's data have changed.
    pub fn changed(&self, feature: &Slug) {
        let mut state = self.state();
        if state.clients.is_empty() || state.changed.contains_key(feature) {
            return;
        }
        let now = Instant::now();
        let due = state.told.get(feature).map_or(now, |told| (*told + CHANGED_PACE).max(now));
        state.changed.insert(feature.clone(), due);
        drop(state);
        self.work.notify_one();
    }

    /// Adds a client; `None` when there are too many.
    pub fn subscribe(self: &Arc<Self>, interest: Interest, peer: Option<IpAddr>) -> Option<Subscription> {
        let (queue, messages) = channel(CLIENT_QUEUE);
        let mut state = self.state();
        let from_peer = state.clients.values().filter(|client| peer.is_some() && client.peer == peer).count();
        if state.closed || state.clients.len() >= MOST_CLIENTS || from_peer >= MOST_FROM_ONE {
            return None;
        }
        state.last_client += 1;
        let id = state.last_client;
        state.clients.insert(id, Client { interest, peer, queue });
        Some(Subscription { messages, hub: self.clone(), id })
    }

    /// Ends the streams of a feature that is gone.
    pub fn forget(&self, feature: &Slug) {
        self.state().clients.retain(|_, client| !matches!(&client.interest, Interest::Topic(of, _) if of == feature));
    }

    /// Ends every stream; no new ones are taken.
    pub fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.clients.clear();
        drop(state);
        self.work.notify_one();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut state = self.state();
        while !state.closed {
            let now = Instant::now();
            state.spread(now);
            let next = state.changed.values().min().copied();
            let patience = next.map_or(Duration::from_secs(60), |due| due.saturating_duration_since(now));
            if state.notes.is_empty() && next.is_none_or(|due| due > now) {
                state = self.work.wait_timeout(state, patience).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }
}

impl State {
    fn spread(&mut self, now: Instant) {
        let due: Vec<Slug> = self.changed.iter().filter(|(_, due)| **due <= now).map(|(slug, _)| slug.clone()).collect();
        if !due.is_empty() {
            self.told.retain(|_, told| now.duration_since(*told) < CHANGED_PACE);
        }
        for slug in due {
            self.changed.remove(&slug);
            self.told.insert(slug.clone(), now);
            self.send(&slug, CHANGED, "null");
        }
        // A bounded share at a time, so that publishers get at the lock in between.
        for _ in 0..64 {
            let Some((slug, topic, data)) = self.notes.pop_front() else { break };
            self.send(&slug, &topic, &data);
        }
    }

    fn send(&mut self, feature: &Slug, topic: &str, data: &str) {
        let message: Message = format!("{{\"feature\":\"{feature}\",\"topic\":\"{topic}\",\"data\":{data}}}").into();
        let alone: Message = data.into();
        self.clients.retain(|_, client| match &client.interest {
            Interest::Features(features) => !features.contains(feature) || client.queue.try_send(message.clone()).is_ok(),
            Interest::Topic(of, which) => of != feature || which != topic || client.queue.try_send(alone.clone()).is_ok(),
        });
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.hub.state().clients.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slug(name: &str) -> Slug {
        name.parse().unwrap()
    }

    fn of(hub: &Arc<Hub>, names: &[&str]) -> Subscription {
        hub.subscribe(Interest::Features(names.iter().map(|name| slug(name)).collect()), None).unwrap()
    }

    #[tokio::test]
    async fn clients_hear_the_features_they_asked_for() {
        let hub = Hub::start().unwrap();
        let (mut both, mut one) = (of(&hub, &["poll", "talk"]), of(&hub, &["poll"]));
        assert!(hub.publish(&slug("talk"), "said", "{\"a\":1}"));
        assert!(hub.publish(&slug("poll"), "voted", "2"));
        assert_eq!(&*both.messages.recv().await.unwrap(), "{\"feature\":\"talk\",\"topic\":\"said\",\"data\":{\"a\":1}}");
        assert_eq!(&*both.messages.recv().await.unwrap(), "{\"feature\":\"poll\",\"topic\":\"voted\",\"data\":2}");
        assert_eq!(&*one.messages.recv().await.unwrap(), "{\"feature\":\"poll\",\"topic\":\"voted\",\"data\":2}");
        hub.close();
        assert_eq!(one.messages.recv().await, None);
        assert!(hub.subscribe(Interest::Features(HashSet::new()), None).is_none());
    }

    #[tokio::test]
    async fn one_topic_is_heard_alone_until_its_feature_is_gone() {
        let hub = Hub::start().unwrap();
        let mut client = hub.subscribe(Interest::Topic(slug("talk"), "room:a".to_owned()), None).unwrap();
        for (name, topic, data) in [("talk", "room:b", "1"), ("poll", "room:a", "2"), ("talk", "room:a", "3")] {
            assert!(hub.publish(&slug(name), topic, data));
        }
        assert_eq!(&*client.messages.recv().await.unwrap(), "3");
        hub.forget(&slug("talk"));
        assert_eq!(client.messages.recv().await, None);
        hub.close();
    }

    #[tokio::test]
    async fn many_changes_become_few_and_the_last_is_told() {
        let hub = Hub::start().unwrap();
        let mut client = of(&hub, &["poll"]);
        let began = Instant::now();
        for _ in 0..1_000 {
            hub.changed(&slug("poll"));
        }
        client.messages.recv().await.unwrap();
        hub.changed(&slug("poll"));
        client.messages.recv().await.unwrap();
        assert!(began.elapsed() >= CHANGED_PACE);
        let more = tokio::time::timeout(3 * CHANGED_PACE, client.messages.recv()).await;
        assert!(more.is_err(), "{more:?}");
        hub.close();
    }

    #[tokio::test]
    async fn clients_that_do_not_keep_up_or_are_too_many_are_let_go() {
        let hub = Hub::start().unwrap();
        let peer = Some("10.0.0.1".parse().unwrap());
        let clients: Vec<_> = std::iter::from_fn(|| hub.subscribe(Interest::Features(HashSet::new()), peer)).collect();
        assert_eq!(clients.len(), MOST_FROM_ONE);
        drop(clients);
        let mut slow = of(&hub, &["poll"]);
        for _ in 0..CLIENT_QUEUE + 10 {
            while !hub.publish(&slug("poll"), "x", "1") {
                std::thread::yield_now();
            }
        }
        // It hears nothing meanwhile, so its queue fills up.
        while !hub.state().clients.is_empty() {
            std::thread::yield_now();
        }
        let mut heard = 0;
        while slow.messages.recv().await.is_some() {
            heard += 1;
        }
        assert_eq!(heard, CLIENT_QUEUE);
        hub.close();
    }
}
