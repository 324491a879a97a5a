//! Live's end of the wire: words out, commands in.
//!
//! Replies and heartbeats have a queue of their own, so that a flood of log lines cannot hold them up. Whoever has
//! something to say never waits: what finds no room is dropped, and counted by the caller.

use crate::{environment::Outlet, http::Asks, hub::Hub};
use kandra_model::{Revision, Slug};
use kandra_wire::{Envelope, Hello, ToControl, ToLive, WIRE_VERSION, WireError, read_frame, write_frame};
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc::{Receiver, Sender, channel},
};

/// Log lines and faults that wait.
const MOST_NOTICES: usize = 2_048;
/// Replies that wait.
const MOST_REPLIES: usize = 512;
const HEARTBEAT: Duration = Duration::from_secs(1);
const HELLO_WITHIN: Duration = Duration::from_secs(10);

/// Both queues' far ends.
pub(crate) struct Outbox {
    notices: Receiver<ToControl>,
    replies: Receiver<ToControl>,
    asks: Receiver<ToControl>,
}

/// Where features' words go in the process.
pub(crate) struct WireOutlet {
    notices: Sender<ToControl>,
    hub: Arc<Hub>,
}

impl Outlet for WireOutlet {
    fn report(&self, message: ToControl) -> bool {
        self.notices.try_send(message).is_ok()
    }

    fn publish(&self, feature: &Slug, topic: &str, data: &str) -> bool {
        self.hub.publish(feature, topic, data)
    }

    fn changed(&self, feature: &Slug) {
        self.hub.changed(feature);
    }

    fn stuck(&self, feature: &Slug, revision: Revision) -> bool {
        self.report(ToControl::Stuck { feature: feature.clone(), revision })
    }
}

/// The queues: the outlet, the outgoing calls, the replies' sender, and what [`write`] takes.
pub(crate) fn queues(hub: Arc<Hub>) -> (WireOutlet, Arc<Asks>, Sender<ToControl>, Outbox) {
    let (notices, notices_out) = channel(MOST_NOTICES);
    let (replies, replies_out) = channel(MOST_REPLIES);
    let (asks, asks_out) = Asks::new();
    (WireOutlet { notices, hub }, asks, replies, Outbox { notices: notices_out, replies: replies_out, asks: asks_out })
}

/// Why the two sides cannot talk.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GreetingError {
    /// Another version.
    #[error("control speaks wire version {theirs}, this is {WIRE_VERSION}; start both from the same kandra binary")]
    Version {
        /// Control's.
        theirs: u32,
    },
    /// Something else came first.
    #[error("control did not begin with its version")]
    NoHello,
    /// Nothing came.
    #[error("control said nothing for {} s", HELLO_WITHIN.as_secs())]
    Silent,
    /// The wire failed.
    #[error(transparent)]
    Wire(#[from] WireError),
}

/// Exchanges versions, control's first.
pub(crate) async fn greet(reader: &mut (impl AsyncRead + Unpin), writer: &mut (impl AsyncWrite + Unpin)) -> Result<(), GreetingError> {
    let first = tokio::time::timeout(HELLO_WITHIN, read_frame::<ToLive>(reader)).await.map_err(|_| GreetingError::Silent)??;
    let ToLive::Hello(theirs) = first else { return Err(GreetingError::NoHello) };
    let ours = Hello { wire: WIRE_VERSION, kandra: env!("CARGO_PKG_VERSION").to_owned(), pid: std::process::id() };
    // Said before the comparison, so that control can name the mismatch too.
    write_frame(writer, &ToControl::Hello(ours)).await?;
    if theirs.wire != WIRE_VERSION {
        return Err(GreetingError::Version { theirs: theirs.wire });
    }
    Ok(())
}

/// Passes commands and answers on until the wire closes.
pub(crate) async fn read(reader: &mut (impl AsyncRead + Unpin), commands: &Sender<Envelope>, asks: &Asks) -> WireError {
    let error = pass_on(reader, commands, asks).await;
    asks.close();
    error
}

async fn pass_on(reader: &mut (impl AsyncRead + Unpin), commands: &Sender<Envelope>, asks: &Asks) -> WireError {
    loop {
        match read_frame(reader).await {
            Ok(ToLive::Command(envelope)) => {
                if commands.send(envelope).await.is_err() {
                    return WireError::Closed;
                }
            }
            Ok(ToLive::HttpAnswer { id, answer }) => asks.answered(id, answer),
            Ok(ToLive::Hello(_)) => {}
            Err(error) => return error,
        }
    }
}

/// Sends what is queued, replies first, outgoing calls before log lines, and a heartbeat every second, until the wire closes.
pub(crate) async fn write(writer: &mut (impl AsyncWrite + Unpin), mut outbox: Outbox) -> WireError {
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    heartbeat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let message = tokio::select! {
            biased;
            Some(reply) = outbox.replies.recv() => reply,
            _ = heartbeat.tick() => ToControl::Heartbeat,
            Some(ask) = outbox.asks.recv() => ask,
            Some(notice) = outbox.notices.recv() => notice,
        };
        match write_frame(writer, &message).await {
            Ok(()) | Err(WireError::TooLarge(_)) => {}
            Err(error) => return error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(wire: u32) -> ToLive {
        ToLive::Hello(Hello { wire, kandra: "x".to_owned(), pid: 1 })
    }

    #[tokio::test]
    async fn versions_are_compared_and_a_mismatch_is_named() {
        for (wire, good) in [(WIRE_VERSION, true), (WIRE_VERSION + 1, false)] {
            let (mut control, live) = tokio::io::duplex(4096);
            let (mut reader, mut writer) = tokio::io::split(live);
            write_frame(&mut control, &hello(wire)).await.unwrap();
            let greeted = greet(&mut reader, &mut writer).await;
            assert_eq!(greeted.is_ok(), good, "{greeted:?}");
            assert!(matches!(read_frame::<ToControl>(&mut control).await.unwrap(), ToControl::Hello(h) if h.wire == WIRE_VERSION));
        }
    }

    #[tokio::test]
    async fn replies_overtake_log_lines_and_full_queues_drop() {
        let hub = Hub::start().unwrap();
        let (outlet, _asks, replies, outbox) = queues(hub.clone());
        let sent = (0..MOST_NOTICES + 5).filter(|_| outlet.report(ToControl::Heartbeat)).count();
        assert_eq!(sent, MOST_NOTICES);
        let reply = ToControl::Reply { id: kandra_wire::CommandId(7), outcome: kandra_wire::Outcome::Done };
        replies.send(reply).await.unwrap();
        let (mut control, mut live) = tokio::io::duplex(1 << 20);
        let write = tokio::spawn(async move { write(&mut live, outbox).await });
        let first = read_frame::<ToControl>(&mut control).await.unwrap();
        assert!(matches!(first, ToControl::Reply { id: kandra_wire::CommandId(7), .. }), "{first:?}");
        drop(control);
        assert!(matches!(write.await.unwrap(), WireError::Io(_) | WireError::Closed));
        hub.close();
    }
}
