//! The wire to one process: a task that reads, a task that writes, queues between.

use kandra_wire::{Hello, ToControl, ToLive, WIRE_VERSION, WireError, read_sized_frame, write_frame};
use std::{os::fd::OwnedFd, time::Duration};
use tokio::{
    net::{
        UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::mpsc,
    task::JoinHandle,
    time::Instant,
};

/// Messages that may wait in each direction.
const QUEUE: usize = 1_024;
/// Answers to outgoing calls that may wait: they are large.
const ANSWERS: usize = 16;

/// Where answers to outgoing calls go. They give way to commands.
pub(crate) type Answers = mpsc::Sender<ToLive>;

/// Ends its tasks when it is dropped.
pub(crate) struct Connection {
    incoming: mpsc::Receiver<ToControl>,
    outgoing: mpsc::Sender<ToLive>,
    answers: Answers,
    tasks: [JoinHandle<()>; 2],
}

/// The writer cannot take a message.
#[derive(Debug)]
pub(crate) struct Full;

impl Connection {
    /// A wire and its other end.
    pub(crate) fn open() -> std::io::Result<(Self, OwnedFd)> {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let (read, write) = UnixStream::from_std(ours)?.into_split();
        let (sender, incoming) = mpsc::channel(QUEUE);
        let (outgoing, receiver) = mpsc::channel(QUEUE);
        let (answers, answers_out) = mpsc::channel(ANSWERS);
        let tasks = [tokio::spawn(read_all(read, sender)), tokio::spawn(write_all(write, receiver, answers_out))];
        Ok((Self { incoming, outgoing, answers, tasks }, theirs.into()))
    }

    /// Says hello and hears it: both sides must be of one version.
    pub(crate) async fn greet(&mut self) -> Result<(), String> {
        let ours = Hello { wire: WIRE_VERSION, kandra: env!("CARGO_PKG_VERSION").to_owned(), pid: std::process::id() };
        self.send(ToLive::Hello(ours)).map_err(|Full| "the wire is closed".to_owned())?;
        match self.next().await {
            Some(ToControl::Hello(theirs)) if theirs.wire == WIRE_VERSION && theirs.kandra == env!("CARGO_PKG_VERSION") => Ok(()),
            Some(ToControl::Hello(theirs)) => Err(format!(
                "the live process is kandra {} with wire {}, control is {} with wire {WIRE_VERSION}; restart kandra",
                theirs.kandra.chars().take(40).collect::<String>(),
                theirs.wire,
                env!("CARGO_PKG_VERSION")
            )),
            Some(_) => Err("the live process did not begin with hello".to_owned()),
            None => Err("the live process closed the wire at once".to_owned()),
        }
    }

    /// The next message; `None` when the wire is closed or broken. Cancel-safe.
    pub(crate) async fn next(&mut self) -> Option<ToControl> {
        self.incoming.recv().await
    }

    /// Where answers to outgoing calls go.
    pub(crate) fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Takes a message in. Never waits.
    pub(crate) fn send(&self, message: ToLive) -> Result<(), Full> {
        self.outgoing.try_send(message).map_err(|_| Full)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// What is read in one [`BEAT`], so that a process that only talks cannot keep control busy: it waits, and what features
/// say meanwhile is dropped there.
const FRAMES: u32 = 500;
const BYTES: usize = 4 << 20;
const BEAT: Duration = Duration::from_millis(100);

/// How much was read in the current beat.
struct Pace {
    began: Instant,
    frames: u32,
    bytes: usize,
}

impl Pace {
    fn new(now: Instant) -> Self {
        Self { began: now, frames: 0, bytes: 0 }
    }

    /// Counts a frame; answers when the next one may be read, where that is later.
    fn take(&mut self, now: Instant, bytes: usize) -> Option<Instant> {
        if now >= self.began + BEAT {
            *self = Self::new(now);
        }
        self.frames += 1;
        self.bytes += bytes;
        (self.frames >= FRAMES || self.bytes >= BYTES).then(|| self.began + BEAT)
    }
}

async fn read_all(mut read: OwnedReadHalf, messages: mpsc::Sender<ToControl>) {
    let mut pace = Pace::new(Instant::now());
    loop {
        match read_sized_frame(&mut read).await {
            Ok((message, bytes)) => {
                if let Some(later) = pace.take(Instant::now(), bytes) {
                    tokio::time::sleep_until(later).await;
                }
                if messages.send(message).await.is_err() {
                    return;
                }
            }
            Err(WireError::Closed) => return,
            Err(error) => {
                tracing::warn!(%error, "the live process broke the wire");
                return;
            }
        }
    }
}

async fn write_all(mut write: OwnedWriteHalf, mut messages: mpsc::Receiver<ToLive>, mut answers: mpsc::Receiver<ToLive>) {
    loop {
        let message = tokio::select! {
            biased;
            message = messages.recv() => message,
            Some(answer) = answers.recv() => Some(answer),
        };
        let Some(message) = message else { return };
        if let Err(error) = write_frame(&mut write, &message).await {
            tracing::debug!(%error, "the wire to the live process ended");
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_read_in_beats() {
        let began = Instant::now();
        let (mut pace, mut now) = (Pace::new(began), began);
        let mut read = |bytes, times: u32| {
            for _ in 0..times {
                now = pace.take(now, bytes).unwrap_or(now);
            }
            now - began
        };
        assert_eq!(read(20, FRAMES * 10), BEAT * 10);
        assert_eq!(read(BYTES, 10), BEAT * 20);
        assert_eq!(read(20, FRAMES - 1), BEAT * 20, "what is not too much does not wait");
    }
}
