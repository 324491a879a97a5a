//! Every event, as server-sent events and over WebSocket.

use super::Problem;
use super::stream::{EventStream, Told};
use crate::app::App;
use crate::guard::{Caller, Guard};
use actix_web::web::{Data, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, Responder};
use actix_web_lab::sse;
use actix_ws::{CloseCode, CloseReason, Message};
use futures_util::stream::unfold;
use serde::Deserialize;
use serde_json::json;
use std::convert::Infallible;
use std::time::{Duration, Instant};

/// How often a silent stream says that it lives; an idle dead client is found out by it.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// When a client that lost its stream should come back.
const RETRY: Duration = Duration::from_secs(2);
/// A WebSocket client that has not answered a ping for so long is gone.
const SILENCE: Duration = Duration::from_secs(60);
/// Clients have nothing to say here.
const MAX_FRAME: usize = 1 << 10;

#[derive(Deserialize)]
pub(super) struct Resume {
    after: Option<String>,
}

pub(super) async fn sse(
    request: HttpRequest,
    app: Data<App>,
    guard: Data<Guard>,
    caller: Caller,
    resume: Query<Resume>,
) -> Result<impl Responder, Problem> {
    let place = guard.stream(caller.address)?;
    let last = request.headers().get("last-event-id").and_then(|value| value.to_str().ok());
    let stream = EventStream::open(&app, place, last.or(resume.after.as_deref())).await?;
    let events = unfold(Some(stream), |stream| async {
        let mut stream = stream?;
        Some(match stream.next().await {
            Told::Event(event) => (as_sse(&event), Some(stream)),
            Told::Reset(id) => (sse::Data::new(json!({ "id": id }).to_string()).id(id.0.to_string()).event("reset").into(), Some(stream)),
            Told::Bye => (sse::Data::new("{}").event("bye").into(), None),
        })
    });
    let events = futures_util::StreamExt::map(events, Ok::<sse::Event, Infallible>);
    let stream = sse::Sse::from_stream(events).with_keep_alive(KEEP_ALIVE).with_retry_duration(RETRY);
    // A buffering proxy would hold events back.
    Ok(stream.customize().insert_header(("X-Accel-Buffering", "no")))
}

fn as_sse(event: &kandra_model::Event) -> sse::Event {
    let text = serde_json::to_string(event).expect("the model's types have string keys only");
    sse::Data::new(text).id(event.id.0.to_string()).into()
}

pub(super) async fn websocket(
    request: HttpRequest,
    body: Payload,
    app: Data<App>,
    guard: Data<Guard>,
    caller: Caller,
    resume: Query<Resume>,
) -> Result<HttpResponse, actix_web::Error> {
    let place = guard.stream(caller.address).map_err(Problem::from)?;
    let stream = EventStream::open(&app, place, resume.after.as_deref()).await.map_err(Problem::from)?;
    let (response, session, messages) = actix_ws::handle(&request, body)?;
    // Ends when the client goes, falls silent, or the server stops: `EventStream` says goodbye then.
    actix_web::rt::spawn(tell(stream, session, messages.max_frame_size(MAX_FRAME)));
    Ok(response)
}

async fn tell(mut stream: EventStream, mut session: actix_ws::Session, mut messages: actix_ws::MessageStream) {
    let mut ping = tokio::time::interval(KEEP_ALIVE);
    let mut heard_at = Instant::now();
    let reason = loop {
        tokio::select! {
            told = stream.next() => {
                let text = match told {
                    Told::Event(event) => serde_json::to_string(&*event).expect("the model's types have string keys only"),
                    Told::Reset(id) => json!({ "kind": "reset", "id": id }).to_string(),
                    Told::Bye => break Some(CloseReason::from(CloseCode::Away)),
                };
                if session.text(text).await.is_err() {
                    return;
                }
            }
            message = messages.recv() => {
                heard_at = Instant::now();
                match message {
                    Some(Ok(Message::Ping(bytes))) => {
                        if session.pong(&bytes).await.is_err() {
                            return;
                        }
                    }
                    Some(Ok(Message::Close(reason))) => break reason,
                    Some(Ok(_)) => {}
                    Some(Err(_)) => break Some(CloseReason::from(CloseCode::Protocol)),
                    None => return,
                }
            }
            _ = ping.tick() => {
                if heard_at.elapsed() > SILENCE || session.ping(b"").await.is_err() {
                    break Some(CloseReason::from(CloseCode::Away));
                }
            }
        }
    };
    // The client may be gone already.
    let _ = session.close(reason).await;
}
