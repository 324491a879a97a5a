//! Features' WebSockets: who is open, in which rooms, and what waits to be sent.
//!
//! The host owns the connections, so they outlive revisions: a feature names them by id. A reader that does not keep up
//! is disconnected. Everything is bounded, whatever a feature or its visitors do.

use kandra_abi::Status;
use kandra_model::Slug;
use serde::Deserialize;
use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::services::{MOST_TOPIC, is_topic};

/// The most sockets in all, of one feature, and of one feature from one address.
const MOST_SOCKETS: usize = 4_096;
const MOST_OF_FEATURE: usize = 256;
const MOST_FROM_ONE: usize = 32;
/// The most rooms that a socket is in.
const MOST_ROOMS: usize = 32;
/// The most messages that wait for one socket.
const QUEUE: usize = 256;
/// The most bytes that wait for one socket.
const MOST_WAITING: usize = 1 << 20;
/// The largest message, bytes, each way.
pub(crate) const MOST_MESSAGE: usize = 64 << 10;

/// What goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// A message.
    Text(Arc<str>),
    /// The end, with WebSocket's code and a reason.
    Close(u16, &'static str),
}

/// Every open socket of this process.
#[derive(Debug, Default)]
pub(crate) struct Sockets {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    sockets: HashMap<String, Socket>,
    rooms: HashMap<(Slug, String), HashSet<String>>,
    closed: bool,
}

#[derive(Debug)]
struct Socket {
    feature: Slug,
    peer: Option<IpAddr>,
    rooms: HashSet<String>,
    queue: Sender<Note>,
    waiting: Arc<AtomicUsize>,
}

/// What waits for one socket.
#[derive(Debug)]
pub(crate) struct Notes {
    queue: Receiver<Note>,
    /// Bytes.
    waiting: Arc<AtomicUsize>,
}

impl Notes {
    /// The next one; `None` when the socket was forgotten.
    pub async fn recv(&mut self) -> Option<Note> {
        let note = self.queue.recv().await;
        self.taken(note)
    }

    /// The next one, if there is one already.
    pub fn try_recv(&mut self) -> Option<Note> {
        let note = self.queue.try_recv().ok();
        self.taken(note)
    }

    fn taken(&self, note: Option<Note>) -> Option<Note> {
        self.waiting.fetch_sub(note.as_ref().map_or(0, Note::bytes), Ordering::Relaxed);
        note
    }
}

impl Note {
    fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Close(..) => 0,
        }
    }
}

/// What a feature asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Command<'a> {
    #[serde(rename = "do")]
    action: &'a str,
    /// An id, or empty.
    socket: &'a str,
    /// A name, or empty.
    room: &'a str,
    #[serde(borrow)]
    text: Option<std::borrow::Cow<'a, str>>,
}

/// Why a command was not carried out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub status: Status,
    pub reason: &'static str,
}

fn invalid(reason: &'static str) -> Refused {
    Refused { status: Status::INVALID, reason }
}

impl Sockets {
    /// Takes a socket in: its id and its queue; `None` when there are too many.
    pub fn open(&self, feature: &Slug, peer: Option<IpAddr>) -> Option<(String, Notes)> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).ok()?;
        let id = hex::encode(bytes);
        let mut state = self.state();
        let of_feature = state.sockets.values().filter(|socket| socket.feature == *feature);
        let (mut count, mut from_peer) = (0, 0);
        for socket in of_feature {
            count += 1;
            from_peer += usize::from(peer.is_some() && socket.peer == peer);
        }
        if state.closed || state.sockets.len() >= MOST_SOCKETS || count >= MOST_OF_FEATURE || from_peer >= MOST_FROM_ONE {
            return None;
        }
        let (sender, queue) = channel(QUEUE);
        let waiting = Arc::<AtomicUsize>::default();
        let socket = Socket { feature: feature.clone(), peer, rooms: HashSet::new(), queue: sender, waiting: waiting.clone() };
        state.sockets.insert(id.clone(), socket);
        Some((id, Notes { queue, waiting }))
    }

    /// Whether a socket is still counted: one that was closed or did not keep up is not.
    pub fn is_open(&self, id: &str) -> bool {
        self.state().sockets.contains_key(id)
    }

    /// Forgets a socket that is gone.
    pub fn forget(&self, id: &str) {
        self.state().remove(id);
    }

    /// Closes all sockets of a feature that is gone.
    pub fn close_feature(&self, feature: &Slug) {
        self.state().end(|socket| socket.feature == *feature, 1001, "this feature was removed");
    }

    /// Closes all of them; no new ones are taken.
    pub fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.end(|_| true, 1001, "the server is going away");
    }

    /// Sends one note to one socket.
    pub fn tell(&self, id: &str, note: Note) {
        self.state().send(&[id.to_owned()], &note);
    }

    /// Does what a feature asks, for its own sockets only; answers how many it concerned.
    pub fn command(&self, feature: &Slug, request: &[u8]) -> Result<u64, Refused> {
        let Command { action, socket, room, text } = serde_json::from_slice(request).map_err(|_| invalid("the command is malformed"))?;
        if !room.is_empty() && (!is_topic(room) || room.len() > MOST_TOPIC) {
            return Err(invalid("a room's name has 1 to 64 letters, digits and _.:-"));
        }
        let mut state = self.state();
        let named = || state.sockets.get(socket).filter(|found| found.feature == *feature);
        match action {
            "join" | "leave" if room.is_empty() => Err(invalid("a room's name has 1 to 64 letters, digits and _.:-")),
            "join" => match named() {
                None => Ok(0),
                Some(found) if found.rooms.contains(room) => Ok(1),
                Some(found) if found.rooms.len() >= MOST_ROOMS => Err(invalid("a socket is in at most 32 rooms")),
                Some(_) => {
                    state.join(feature, socket, room);
                    Ok(1)
                }
            },
            "leave" if named().is_none() => Ok(0),
            "leave" => {
                state.leave(feature, socket, room);
                Ok(1)
            }
            "close" if named().is_none() => Ok(0),
            "close" => {
                state.end_one(socket, 1000, "");
                Ok(1)
            }
            "send" | "count" => {
                let meant: Vec<String> = if socket.is_empty() {
                    state.rooms.get(&(feature.clone(), room.to_owned())).map(|ids| ids.iter().cloned().collect()).unwrap_or_default()
                } else {
                    named().map(|_| socket.to_owned()).into_iter().collect()
                };
                if action == "send" {
                    let text = text.ok_or_else(|| invalid("there is no text to send"))?;
                    if text.len() > MOST_MESSAGE {
                        return Err(Refused { status: Status::TOO_LARGE, reason: "a message has at most 64 KiB" });
                    }
                    state.send(&meant, &Note::Text(text.into()));
                }
                Ok(meant.len() as u64)
            }
            _ => Err(invalid("the host does not know this command")),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Socket {
    /// Queues a note; `false` when its reader is too far behind.
    fn takes(&self, note: &Note) -> bool {
        let before = self.waiting.fetch_add(note.bytes(), Ordering::Relaxed);
        before + note.bytes() <= MOST_WAITING && self.queue.try_send(note.clone()).is_ok()
    }
}

impl State {
    fn join(&mut self, feature: &Slug, id: &str, room: &str) {
        if let Some(socket) = self.sockets.get_mut(id) {
            socket.rooms.insert(room.to_owned());
            self.rooms.entry((feature.clone(), room.to_owned())).or_default().insert(id.to_owned());
        }
    }

    fn leave(&mut self, feature: &Slug, id: &str, room: &str) {
        if let Some(socket) = self.sockets.get_mut(id) {
            socket.rooms.remove(room);
        }
        let key = (feature.clone(), room.to_owned());
        if let Some(ids) = self.rooms.get_mut(&key) {
            ids.remove(id);
            if ids.is_empty() {
                self.rooms.remove(&key);
            }
        }
    }

    fn remove(&mut self, id: &str) -> Option<Socket> {
        let rooms: Vec<String> = self.sockets.get(id)?.rooms.iter().cloned().collect();
        let feature = self.sockets.get(id)?.feature.clone();
        for room in rooms {
            self.leave(&feature, id, &room);
        }
        self.sockets.remove(id)
    }

    /// What finds no room in a queue ends its socket: a dropped sender ends the connection.
    fn send(&mut self, ids: &[String], note: &Note) {
        for id in ids {
            if self.sockets.get(id).is_some_and(|socket| !socket.takes(note)) {
                self.remove(id);
            }
        }
    }

    fn end_one(&mut self, id: &str, code: u16, reason: &'static str) {
        if let Some(socket) = self.remove(id) {
            let _ = socket.queue.try_send(Note::Close(code, reason));
        }
    }

    fn end(&mut self, which: impl Fn(&Socket) -> bool, code: u16, reason: &'static str) {
        let ids: Vec<String> = self.sockets.iter().filter(|(_, socket)| which(socket)).map(|(id, _)| id.clone()).collect();
        for id in ids {
            self.end_one(&id, code, reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slug(name: &str) -> Slug {
        name.parse().unwrap()
    }

    fn command(sockets: &Sockets, feature: &str, action: &str, socket: &str, room: &str, text: &str) -> Result<u64, Refused> {
        let text = serde_json::json!({ "do": action, "socket": socket, "room": room, "text": text });
        sockets.command(&slug(feature), text.to_string().as_bytes())
    }

    #[test]
    fn rooms_are_a_features_own() {
        let sockets = Sockets::default();
        let (one, mut at_one) = sockets.open(&slug("talk"), None).unwrap();
        let (two, mut at_two) = sockets.open(&slug("talk"), None).unwrap();
        let (other, mut at_other) = sockets.open(&slug("spy"), None).unwrap();
        for id in [&one, &two] {
            assert_eq!(command(&sockets, "talk", "join", id, "all", ""), Ok(1));
        }
        assert_eq!(command(&sockets, "spy", "join", &one, "all", ""), Ok(0));
        assert_eq!(command(&sockets, "spy", "join", &other, "all", ""), Ok(1));
        assert_eq!(command(&sockets, "spy", "send", "", "all", "x"), Ok(1));
        assert_eq!(command(&sockets, "spy", "close", &one, "", ""), Ok(0));
        assert_eq!(command(&sockets, "talk", "send", "", "all", "a\"ü"), Ok(2));
        assert_eq!(at_one.try_recv(), Some(Note::Text("a\"ü".into())));
        assert_eq!(at_two.try_recv(), Some(Note::Text("a\"ü".into())));
        assert_eq!(at_other.try_recv(), Some(Note::Text("x".into())));
        assert!(at_one.try_recv().is_none() && at_other.try_recv().is_none());
        assert_eq!(command(&sockets, "talk", "leave", &one, "all", ""), Ok(1));
        assert_eq!(command(&sockets, "talk", "count", "", "all", ""), Ok(1));
        assert_eq!(command(&sockets, "talk", "close", &two, "", ""), Ok(1));
        assert_eq!(at_two.try_recv(), Some(Note::Close(1000, "")));
        assert_eq!(command(&sockets, "talk", "count", "", "all", ""), Ok(0));
        sockets.close_feature(&slug("spy"));
        assert!(matches!(at_other.try_recv(), Some(Note::Close(1001, _))));
        sockets.forget(&one);
        let state = sockets.state();
        assert!(state.sockets.is_empty() && state.rooms.is_empty(), "{state:?}");
    }

    #[test]
    fn what_is_asked_is_bounded() {
        let sockets = Sockets::default();
        let peer = Some("10.0.0.1".parse().unwrap());
        let held: Vec<_> = std::iter::from_fn(|| sockets.open(&slug("talk"), peer)).collect();
        assert_eq!(held.len(), MOST_FROM_ONE);
        let others: Vec<_> = std::iter::from_fn(|| sockets.open(&slug("talk"), None)).collect();
        assert_eq!(held.len() + others.len(), MOST_OF_FEATURE);
        let id = held[0].0.as_str();
        for room in 0..MOST_ROOMS {
            assert_eq!(command(&sockets, "talk", "join", id, &format!("r{room}"), ""), Ok(1));
        }
        for (action, room, text) in [("join", "one-more", ""), ("join", "a b", ""), ("join", "", ""), ("fly", "a", "")] {
            assert_eq!(command(&sockets, "talk", action, id, room, text).unwrap_err().status, Status::INVALID, "{action} {room}");
        }
        assert_eq!(command(&sockets, "talk", "send", id, "", &"x".repeat(MOST_MESSAGE + 1)).unwrap_err().status, Status::TOO_LARGE);
        assert_eq!(sockets.command(&slug("talk"), b"{}").unwrap_err().status, Status::INVALID);
        // A reader that does not keep up is let go.
        for _ in 0..=QUEUE {
            assert!(command(&sockets, "talk", "send", id, "", "x").is_ok());
        }
        assert_eq!(command(&sockets, "talk", "count", id, "", ""), Ok(0));
        // Nor one for whom a MiB waits, in however few messages.
        let (id, mut notes) = sockets.open(&slug("heavy"), None).unwrap();
        let large = "x".repeat(MOST_MESSAGE);
        for _ in 0..MOST_WAITING / MOST_MESSAGE {
            assert_eq!(command(&sockets, "heavy", "send", &id, "", &large), Ok(1));
        }
        assert!(notes.try_recv().is_some());
        for _ in 0..2 {
            assert_eq!(command(&sockets, "heavy", "send", &id, "", &large), Ok(1));
        }
        assert_eq!(command(&sockets, "heavy", "count", &id, "", ""), Ok(0));
        sockets.close();
        assert!(sockets.open(&slug("other"), None).is_none());
    }
}
