//! WebSockets, which the host keeps: a feature hears their events and sends to them by name.

use crate::{Error, Request, Result};
use kandra_abi::{Status, op_kind};
use kandra_rt::op::Operation;
use serde::Serialize;
use std::str::FromStr;

/// The header that names the socket of an event.
pub(crate) const ID: &str = "kandra-socket";
/// The header that says what happened.
pub(crate) const EVENT: &str = "kandra-event";

/// What happened to a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SocketEvent {
    /// It was opened. An error answered here refuses it; the visitor gets the sentence.
    Open,
    /// A text of at most 64 KiB arrived. An error answered here is sent to the socket as `{"error": sentence}`.
    Message(String),
    /// It is gone: nothing can be sent to it any more.
    Closed,
}

impl SocketEvent {
    pub(crate) fn of(request: &Request) -> Result<Self> {
        match request.header(EVENT).filter(|_| request.header(ID).is_some()) {
            Some("open") => Ok(Self::Open),
            Some("message") => Ok(Self::Message(request.text()?.to_owned())),
            Some("close") => Ok(Self::Closed),
            _ => Err(Error::new(426, "This address is a WebSocket.")),
        }
    }
}

/// One WebSocket, in an event of [`Routes::websocket`](crate::Routes::websocket).
///
/// Its id can be kept and used later: see [`Ctx::socket`](crate::Ctx::socket). What is sent is queued by the host; a reader
/// that falls 256 messages or 1 MiB behind is disconnected.
///
/// | limit | |
/// |---|---|
/// | sockets | 256 for a feature, 32 from one address |
/// | a message, each way | 64 KiB of text; 20 a second from one socket, in bursts of 40 |
/// | rooms of one socket | 32; names of 1 to 64 letters, digits and `_.:-` |
pub struct Socket {
    request: Request,
}

impl Socket {
    pub(crate) fn of(request: Request) -> Self {
        Self { request }
    }

    /// Its id: 32 hexadecimal digits, never used again.
    pub fn id(&self) -> &str {
        self.request.header(ID).unwrap_or_default()
    }

    /// The visitor's pseudonymous id for this feature; empty when it is not known.
    pub fn visitor(&self) -> &str {
        self.request.visitor()
    }

    /// A parameter of the path: `room` of `/chat/{room}`.
    ///
    /// # Errors
    /// 500 when the route has no such parameter.
    pub fn param(&self, name: &str) -> Result<&str> {
        self.request.param(name)
    }

    /// One value of the query that the socket was opened with, parsed; `None` when it is not there or empty.
    ///
    /// # Errors
    /// 400, naming it, when it does not parse.
    pub fn query_as<T: FromStr>(&self, name: &str) -> Result<Option<T>> {
        self.request.query_as(name)
    }

    /// Sends a text to it.
    ///
    /// # Errors
    /// 413 when the text is larger than 64 KiB.
    pub async fn send(&self, text: &str) -> Result<()> {
        command(&Command { socket: self.id(), text: Some(text), ..Command::of("send") }).await.map(drop)
    }

    /// Sends a value as JSON.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_json<T: Serialize + ?Sized>(&self, value: &T) -> Result<()> {
        self.send(&serde_json::to_string(value)?).await
    }

    /// Puts it into a room, until it leaves or closes. See [`Ctx::room`](crate::Ctx::room).
    ///
    /// # Errors
    /// 500 when the name is malformed or it is in 32 rooms already.
    pub async fn join(&self, room: &str) -> Result<()> {
        command(&Command { socket: self.id(), room, ..Command::of("join") }).await.map(drop)
    }

    /// Takes it out of a room.
    ///
    /// # Errors
    /// 503 when the host could not.
    pub async fn leave(&self, room: &str) -> Result<()> {
        command(&Command { socket: self.id(), room, ..Command::of("leave") }).await.map(drop)
    }

    /// Closes it, after what was sent before.
    ///
    /// # Errors
    /// 503 when the host could not.
    pub async fn close(&self) -> Result<()> {
        command(&Command { socket: self.id(), ..Command::of("close") }).await.map(drop)
    }
}

/// The sockets that joined a room, or a single one by its id: see [`Ctx::room`](crate::Ctx::room) and
/// [`Ctx::socket`](crate::Ctx::socket).
#[derive(Debug, Clone)]
pub struct Room {
    socket: String,
    room: String,
}

impl Room {
    pub(crate) fn named(room: &str) -> Self {
        Self { socket: String::new(), room: room.to_owned() }
    }

    pub(crate) fn of_one(id: &str) -> Self {
        Self { socket: id.to_owned(), room: String::new() }
    }

    /// Sends a text to each of them; nobody there is no error.
    ///
    /// # Errors
    /// 413 when the text is larger than 64 KiB.
    pub async fn send(&self, text: &str) -> Result<()> {
        command(&Command { socket: &self.socket, room: &self.room, text: Some(text), ..Command::of("send") }).await.map(drop)
    }

    /// Sends a value as JSON.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub async fn send_json<T: Serialize + ?Sized>(&self, value: &T) -> Result<()> {
        self.send(&serde_json::to_string(value)?).await
    }

    /// How many they are.
    ///
    /// # Errors
    /// 503 when the host could not count.
    pub async fn count(&self) -> Result<u64> {
        command(&Command { socket: &self.socket, room: &self.room, ..Command::of("count") }).await
    }
}

#[derive(Serialize)]
struct Command<'a> {
    #[serde(rename = "do")]
    action: &'a str,
    socket: &'a str,
    room: &'a str,
    text: Option<&'a str>,
}

impl<'a> Command<'a> {
    fn of(action: &'a str) -> Self {
        Self { action, socket: "", room: "", text: None }
    }
}

async fn command(command: &Command<'_>) -> Result<u64> {
    let output = Operation::start(op_kind::SOCKET, 0, &serde_json::to_vec(command)?).await;
    match (output.status, Error::of_host(output.status, "socket")) {
        (Status::INVALID, _) => {
            let reason = String::from_utf8_lossy(output.data.as_slice()).into_owned();
            Err(Error::internal("This feature could not answer.").with_detail(format_args!("socket: {reason}")))
        }
        (_, Some(error)) => Err(error),
        (_, None) => Ok(u64::try_from(output.number).unwrap_or(0)),
    }
}
