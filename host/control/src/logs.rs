//! The features' log lines: `logs/<slug>.jsonl`, rotated at 10 MiB.
//!
//! Lines come from live and are hostile: bounded, escaped by JSON, dropped and counted when the disk cannot keep up.

use kandra_model::{Revision, Slug, Timestamp};
use kandra_wire::LogLevel;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    time::Duration,
};

/// A file is rotated above so many bytes; one older file is kept.
const MAX_FILE: u64 = 10 << 20;
/// Lines that may wait for the disk.
const QUEUE: usize = 4_096;
/// Bytes of a message that are kept.
const MAX_MESSAGE: usize = 8 << 10;
/// Files held open; more are closed and opened again.
const MAX_OPEN: usize = 64;
/// How far back [`tail`] reads.
const MAX_TAIL: u64 = 512 << 10;

/// One line of a feature's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// When.
    pub at: Timestamp,
    /// How serious.
    pub level: LogLevel,
    /// The revision that wrote it.
    pub revision: Revision,
    /// What.
    pub message: String,
}

/// Writes lines from a thread of its own. Dropping the last clone flushes.
#[derive(Clone, Debug)]
pub(crate) struct LogWriter {
    lines: SyncSender<(Slug, LogLine)>,
    dropped: Arc<AtomicU64>,
}

impl LogWriter {
    /// Starts the thread.
    pub(crate) fn start(folder: PathBuf) -> std::io::Result<Self> {
        let (lines, receiver) = sync_channel(QUEUE);
        std::thread::Builder::new().name("kandra-logs".to_owned()).spawn(move || write_all(&folder, &receiver))?;
        Ok(Self { lines, dropped: Arc::default() })
    }

    /// Takes a line in, or counts it as dropped. Never waits.
    pub(crate) fn write(&self, feature: Slug, mut line: LogLine) {
        if line.message.len() > MAX_MESSAGE {
            line.message.truncate(line.message.floor_char_boundary(MAX_MESSAGE));
        }
        if self.lines.try_send((feature, line)).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Lines that were dropped since the start.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

struct OpenLog {
    file: File,
    length: u64,
}

fn write_all(folder: &Path, lines: &Receiver<(Slug, LogLine)>) {
    let mut open: HashMap<Slug, OpenLog> = HashMap::new();
    loop {
        match lines.recv_timeout(Duration::from_secs(60)) {
            Ok((feature, line)) => {
                if let Err(error) = write_line(folder, &mut open, &feature, &line) {
                    tracing::warn!(%feature, %error, "a feature's log line could not be written");
                    open.remove(&feature);
                }
            }
            Err(RecvTimeoutError::Timeout) => open.clear(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn write_line(folder: &Path, open: &mut HashMap<Slug, OpenLog>, feature: &Slug, line: &LogLine) -> std::io::Result<()> {
    if !open.contains_key(feature) && open.len() >= MAX_OPEN {
        open.clear();
    }
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    let path = folder.join(format!("{feature}.jsonl"));
    if open.get(feature).is_some_and(|log| log.length + text.len() as u64 > MAX_FILE) {
        open.remove(feature);
        std::fs::rename(&path, folder.join(format!("{feature}.1.jsonl")))?;
    }
    if !open.contains_key(feature) {
        let file = File::options().create(true).append(true).open(&path)?;
        let length = file.metadata()?.len();
        open.insert(feature.clone(), OpenLog { file, length });
    }
    let log = open.get_mut(feature).expect("inserted above");
    log.file.write_all(&text)?;
    log.length += text.len() as u64;
    Ok(())
}

/// The newest lines of a feature, oldest first, at most `limit` and at most half a MiB of them. Blocks.
pub(crate) fn tail(folder: &Path, feature: &Slug, limit: usize) -> std::io::Result<Vec<LogLine>> {
    let mut file = match File::open(folder.join(format!("{feature}.jsonl"))) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(MAX_TAIL)))?;
    let mut text = Vec::new();
    file.take(MAX_TAIL).read_to_end(&mut text)?;
    // The first line may be cut and the last half written: neither parses.
    let mut lines: Vec<LogLine> = text.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    lines.drain(..lines.len().saturating_sub(limit));
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(message: &str) -> LogLine {
        LogLine { at: Timestamp::from_millis(1), level: LogLevel::Info, revision: Revision(1), message: message.to_owned() }
    }

    #[test]
    fn lines_are_kept_and_rotated() {
        let folder = tempfile::tempdir().unwrap();
        let feature: Slug = "poll".parse().unwrap();
        let mut open = HashMap::new();
        for number in 0..5 {
            write_line(folder.path(), &mut open, &feature, &line(&format!("a\n\"{number}\""))).unwrap();
        }
        let found = tail(folder.path(), &feature, 2).unwrap();
        assert_eq!(found, [line("a\n\"3\""), line("a\n\"4\"")]);

        open.get_mut(&feature).unwrap().length = MAX_FILE;
        write_line(folder.path(), &mut open, &feature, &line("new")).unwrap();
        assert_eq!(tail(folder.path(), &feature, 9).unwrap(), [line("new")]);
        assert!(folder.path().join("poll.1.jsonl").exists());
        assert_eq!(tail(folder.path(), &"dice".parse().unwrap(), 9).unwrap(), []);
    }

    #[test]
    fn a_full_queue_drops_and_counts() {
        let (lines, receiver) = sync_channel(1);
        let writer = LogWriter { lines, dropped: Arc::default() };
        let feature: Slug = "poll".parse().unwrap();
        writer.write(feature.clone(), line(&"é".repeat(MAX_MESSAGE)));
        writer.write(feature, line("b"));
        assert_eq!(writer.dropped(), 1);
        assert_eq!(receiver.recv().unwrap().1.message.len(), MAX_MESSAGE);
    }
}
