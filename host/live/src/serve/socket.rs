//! WebSockets of features: the handshake, the connection, and one call for each event.
//!
//! The connection belongs to the host and holds no lease between events, so revisions come and go beneath it. Events of one
//! socket are called one after another; what arrives meanwhile waits in the kernel.

use super::{
    handler,
    respond::{Outgoing, Response},
    site::Site,
};
use crate::{
    allowance::Allowance,
    chain::Origin,
    failure::Failure,
    live::{Ask, Live},
    routes::SOCKET,
    sockets::{MOST_MESSAGE, Note, Notes},
};
use actix_http::{
    HttpMessage, Request,
    ws::{self, CloseCode, CloseReason, Codec, Frame, Item, Message},
};
use actix_web::{
    HttpResponse,
    body::{BodyStream, MessageBody},
    dev::Payload,
    http::header::{self, HeaderValue},
};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use kandra_model::Slug;
use std::{convert::Infallible, net::IpAddr, sync::Arc, time::Duration};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_util::codec::{Decoder, Encoder};

/// How often a silent connection is asked whether it is still there.
const PING: Duration = Duration::from_secs(25);
/// How long a connection may be silent.
const SILENCE: Duration = Duration::from_secs(75);
/// Messages of one socket: so many at once, and so many again each second.
const BURST: u32 = 40;
const EACH_SECOND: u32 = 20;
/// The same for frames of any kind, empty ones too.
const FRAME_BURST: u32 = 2_000;
const FRAMES_EACH_SECOND: u32 = 1_000;
/// The longest header of a frame, bytes.
const FRAME_HEADER: usize = 14;
/// Our own answers (pongs, the close frame) that wait for a reader.
const MOST_ANSWERS: usize = 32;
/// The protocol that is agreed on, and what a visitor's token is written behind in the list of those asked for: a browser
/// lets a page add no header.
const PROTOCOL: &str = "kandra";
const TOKEN: &str = "kandra.";

/// What a connection begins with.
pub(crate) struct Opening {
    pub live: Arc<Live>,
    pub feature: Slug,
    /// Within the feature.
    pub path: String,
    pub query: String,
    /// What the feature may see of them.
    pub headers: Vec<(String, Vec<u8>)>,
    pub visitor: String,
    /// The visitor's name when a token says it, or empty.
    pub named: String,
    pub peer: Option<IpAddr>,
}

/// The visitor's token among the protocols asked for.
pub(crate) fn visitor(request: &Request) -> Option<&str> {
    protocols(request).find_map(|protocol| protocol.strip_prefix(TOKEN))
}

fn protocols(request: &Request) -> impl Iterator<Item = &str> {
    let lines = request.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL).filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

/// Pages of this server, frames without an origin, and programs; not the pages of other sites.
fn welcome(request: &Request, site: &Site) -> bool {
    let Some(origin) = request.headers().get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    origin == "null" || origin == site.control || origin.split_once("://").is_some_and(|(_, host)| host == site.host)
}

/// Upgrades a connection, unless the feature refuses it.
pub(crate) async fn open(request: &Request, payload: Payload, site: &Site, opening: Opening) -> Result<Response, Failure> {
    let mut builder = ws::handshake(request.head()).map_err(|_| Failure::NotASocket)?;
    if !welcome(request, site) {
        return Err(Failure::WrongOrigin);
    }
    let (id, notes) = opening.live.sockets().open(&opening.feature, opening.peer).ok_or(Failure::TooManyStreams)?;
    let conversation = Conversation { opening, id };
    if let Some(refused) = conversation.call("open", b"").await? {
        return Ok(refused);
    }
    if protocols(request).any(|protocol| protocol == PROTOCOL) {
        builder.insert_header((header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL)));
    }
    let (answers, answered) = channel(MOST_ANSWERS);
    actix_web::rt::spawn(conversation.listen(payload, answers));
    let body = BodyStream::new(Box::pin(outgoing(notes, answered).map(Ok::<_, Infallible>)));
    Ok(HttpResponse::from(builder.message_body(Outgoing::Boxed(body.boxed())).map_err(|_| Failure::NotASocket)?))
}

/// One open socket. It is forgotten when the value is dropped.
struct Conversation {
    opening: Opening,
    id: String,
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.opening.live.sockets().forget(&self.id);
    }
}

impl Conversation {
    /// Calls the feature with one event; what it answers is only of interest when it refuses.
    async fn call(&self, event: &str, message: &[u8]) -> Result<Option<Response>, Failure> {
        let Opening { live, feature, path, query, headers, visitor, named, peer } = &self.opening;
        let path = format!("/{feature}{path}");
        let mut all: Vec<(&str, &[u8])> = vec![("kandra-socket", self.id.as_bytes()), ("kandra-event", event.as_bytes())];
        all.extend(headers.iter().filter(|(name, _)| !name.starts_with("kandra-")).map(|(name, value)| (name.as_str(), value.as_slice())));
        let ask = Ask { method: SOCKET, path: &path, query, headers: &all, body: message, visitor };
        let answered = live.try_dispatch_for(ask, Origin::Visitor(handler::who(named, *peer))).await?;
        let status = answered.status();
        if status < 400 {
            return Ok(None);
        }
        let body = Bytes::copy_from_slice(answered.body());
        Ok(Some(super::respond::own(status, "application/json", body)))
    }

    /// Reads until the connection ends or says something that it may not.
    async fn listen(self, mut payload: Payload, answers: Sender<Message>) {
        let mut codec = Codec::new().max_size(MOST_MESSAGE);
        let mut buffer = BytesMut::new();
        let mut parts: Option<BytesMut> = None;
        let allowance = Allowance::new(BURST, EACH_SECOND);
        let frames = Allowance::new(FRAME_BURST, FRAMES_EACH_SECOND);
        let end = |code: CloseCode, reason: &str| Message::Close(Some(CloseReason { code, description: Some(reason.to_owned()) }));
        let last = 'connection: loop {
            let frame = match codec.decode(&mut buffer) {
                Ok(Some(frame)) => frame,
                // The codec looks at a frame's length only once all of it is there.
                Ok(None) if buffer.len() > MOST_MESSAGE + FRAME_HEADER => {
                    break Some(end(CloseCode::Size, "a message has at most 64 KiB"));
                }
                Ok(None) => match tokio::time::timeout(SILENCE, payload.next()).await {
                    Ok(Some(Ok(bytes))) => {
                        buffer.extend_from_slice(&bytes);
                        continue;
                    }
                    Ok(_) => break None,
                    Err(_) => break Some(end(CloseCode::Away, "nothing was heard for too long")),
                },
                Err(ws::ProtocolError::Overflow) => break Some(end(CloseCode::Size, "a message has at most 64 KiB")),
                Err(_) => break Some(end(CloseCode::Protocol, "malformed frame")),
            };
            if !self.opening.live.sockets().is_open(&self.id) {
                // Nobody counts it any more, so it is not listened to either.
                break None;
            }
            if !frames.take() {
                break Some(end(CloseCode::Policy, "too many frames at once"));
            }
            let text = match frame {
                Frame::Text(text) => text,
                Frame::Continuation(Item::FirstText(first)) => {
                    parts = Some(BytesMut::from(&first[..]));
                    continue;
                }
                Frame::Continuation(Item::Continue(next) | Item::Last(next)) if parts.is_none() => {
                    let _ = next;
                    break Some(end(CloseCode::Protocol, "a part without a beginning"));
                }
                Frame::Continuation(item @ (Item::Continue(_) | Item::Last(_))) => {
                    let (next, is_last) = match item {
                        Item::Last(next) => (next, true),
                        Item::Continue(next) | Item::FirstText(next) | Item::FirstBinary(next) => (next, false),
                    };
                    let whole = parts.as_mut().expect("looked at above");
                    if whole.len() + next.len() > MOST_MESSAGE {
                        break Some(end(CloseCode::Size, "a message has at most 64 KiB"));
                    }
                    whole.extend_from_slice(&next);
                    if !is_last {
                        continue;
                    }
                    parts.take().expect("looked at above").freeze()
                }
                Frame::Binary(_) | Frame::Continuation(Item::FirstBinary(_)) => {
                    break Some(end(CloseCode::Unsupported, "messages are text"));
                }
                Frame::Ping(bytes) => {
                    // A copy: the slice would keep all that was read with it.
                    if !allowance.take() || answers.try_send(Message::Pong(Bytes::copy_from_slice(&bytes))).is_err() {
                        break None;
                    }
                    continue;
                }
                Frame::Pong(_) => continue,
                Frame::Close(reason) => break Some(Message::Close(reason)),
            };
            if !allowance.take() {
                break Some(end(CloseCode::Policy, "too many messages at once"));
            }
            if std::str::from_utf8(&text).is_err() {
                break Some(end(CloseCode::Invalid, "a message is UTF-8 text"));
            }
            let problem = match self.call("message", &text).await {
                Ok(None) => None,
                Ok(Some(refused)) => body_text(refused),
                Err(Failure::NoFeature | Failure::NoRoute | Failure::Method { .. }) => {
                    break 'connection Some(end(CloseCode::Away, "this feature is not here any more"));
                }
                Err(failure) => Some(serde_json::json!({ "error": failure.sentence(), "code": failure.code() }).to_string()),
            };
            if let Some(problem) = problem {
                self.opening.live.sockets().tell(&self.id, Note::Text(problem.into()));
            }
            if answers.is_closed() {
                break None;
            }
        };
        if let Some(last) = last {
            let _ = answers.try_send(last);
        }
        self.opening.live.sockets().forget(&self.id);
        // Whether the feature still wants to know is its own business.
        let _ = self.call("close", b"").await;
    }
}

fn body_text(response: Response) -> Option<String> {
    let bytes = response.into_body().try_into_bytes().ok()?;
    String::from_utf8(bytes.to_vec()).ok()
}

/// What goes out: the feature's messages, our answers, and a sign of life now and then.
fn outgoing(notes: Notes, answers: Receiver<Message>) -> impl stream::Stream<Item = Bytes> {
    let state = (notes, answers, Codec::new(), false);
    stream::unfold(state, |(mut notes, mut answers, mut codec, ended)| async move {
        if ended {
            return None;
        }
        let message = tokio::select! {
            biased;
            note = notes.recv() => match note {
                Some(Note::Text(text)) => Message::Text((&*text).into()),
                Some(Note::Close(code, reason)) => {
                    let description = (!reason.is_empty()).then(|| reason.to_owned());
                    Message::Close(Some(CloseReason { code: CloseCode::from(code), description }))
                }
                // Forgotten: its end was asked for, or it did not keep up.
                None => match answers.try_recv() {
                    Ok(message) => message,
                    Err(_) => Message::Close(Some(CloseReason { code: CloseCode::Again, description: Some("this connection did not keep up".to_owned()) })),
                },
            },
            answer = answers.recv() => match answer {
                Some(message) => message,
                None => return None,
            },
            () = tokio::time::sleep(PING) => Message::Ping(Bytes::new()),
        };
        let ended = matches!(message, Message::Close(_));
        let mut bytes = BytesMut::new();
        codec.encode(message, &mut bytes).ok()?;
        Some((bytes.freeze(), (notes, answers, codec, ended)))
    })
}
