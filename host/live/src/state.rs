//! Features' state in memory: from revision to revision, and to disk for the case of a crash.

use crate::{
    load::CaughtFault,
    mount::{Lease, Mount},
    worker::{self, Workers},
};
use kandra_model::Timestamp;
use kandra_wire::LogLevel;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    fs, io,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

/// The most that a feature may save, bytes.
pub(crate) const MOST_STATE: usize = 1 << 20;
/// Between two snapshots.
pub(crate) const SNAPSHOT_EVERY: Duration = Duration::from_secs(5);
/// How long saving or restoring may compute.
const BUDGET: Duration = Duration::from_millis(250);
/// How long each try waits for the old revision's calls, and how long calls go on before the next one.
const TRIES: [(Duration, Duration); 3] = [
    (Duration::from_millis(250), Duration::from_millis(50)),
    (Duration::from_millis(500), Duration::from_millis(100)),
    (Duration::from_millis(1_000), Duration::from_millis(200)),
];
/// Between two looks whether the calls have ended.
const SHORTEST_LOOK: Duration = Duration::from_micros(20);
const LONGEST_LOOK: Duration = Duration::from_millis(1);
/// How long calls that were told to end may take for it.
const ENDING: Duration = Duration::from_millis(1_000);

/// What one revision saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Saved {
    pub version: u32,
    pub bytes: Vec<u8>,
}

/// The same on disk.
#[derive(Serialize, Deserialize)]
struct Snapshot {
    version: u32,
    at: Timestamp,
    state: Box<serde_json::value::RawValue>,
}

/// Shuts the old revision's door and waits until no call is inside. The door stays shut; `false`: it is open again, since
/// some call does not end. `reopened` tells who waits before it.
pub(crate) fn quiet(old: &Mount, reopened: impl Fn()) -> bool {
    for (patience, pause) in TRIES {
        old.hold();
        old.copy_bodies_out();
        if calls_end(old, patience) {
            return true;
        }
        old.reopen();
        reopened();
        std::thread::sleep(pause);
    }
    old.hold();
    old.copy_bodies_out();
    old.end_calls();
    if calls_end(old, ENDING) {
        return true;
    }
    old.reopen();
    reopened();
    false
}

fn calls_end(old: &Mount, patience: Duration) -> bool {
    let began = Instant::now();
    while old.leases() > 0 {
        let waited = began.elapsed();
        if waited >= patience {
            return false;
        }
        // New calls wait as long as we sleep, so only a part of what they have waited already.
        std::thread::sleep((waited / 16).clamp(SHORTEST_LOOK, LONGEST_LOOK));
    }
    true
}

/// Has a revision save its state.
pub(crate) fn save(mount: &Mount, workers: &Arc<Workers>) -> Result<Saved, CaughtFault> {
    let version = mount.state_version.unwrap_or_default();
    within(mount, workers, || mount.library.save(MOST_STATE)).map(|bytes| Saved { version, bytes })
}

/// Has a revision take over what another saved. State from a newer revision is set aside, with a notice.
pub(crate) fn restore(mount: &Mount, workers: &Arc<Workers>, saved: &Saved) -> Result<(), CaughtFault> {
    let known = mount.state_version.unwrap_or_default();
    if saved.version > known {
        let notice = format!("the state has version {}, this revision knows {known}: it begins empty", saved.version);
        mount.feature.log(mount.revision, LogLevel::Warn, &notice);
        return Ok(());
    }
    within(mount, workers, || mount.library.restore(saved.version, &saved.bytes))
}

fn within<T>(mount: &Mount, workers: &Arc<Workers>, work: impl FnOnce() -> T) -> T {
    worker::enter_for_mount(workers, mount.number, BUDGET, || {
        let out = work();
        if !worker::is_worker() {
            // Nobody could ask this thread to clean up later.
            mount.library.thread_destructors()();
        }
        out
    })
}

/// Writes the state of each mount that has changed since the last time; `written` remembers what is on disk.
pub(crate) fn snapshot(mounts: &[Arc<Mount>], workers: &Arc<Workers>, folder: &Path, written: &mut HashMap<String, [u8; 32]>) {
    for mount in mounts.iter().filter(|mount| mount.state_version.is_some()) {
        let slug = mount.feature.slug.as_str();
        // A lease, so that it is not unloaded meanwhile; one that is being replaced is saved by that.
        let Ok(lease) = Lease::take(mount) else { continue };
        let saved = save(mount, workers);
        drop(lease);
        let stored = saved.map_err(|fault| fault.message).and_then(|saved| {
            let hash: [u8; 32] = Sha256::digest(&saved.bytes).into();
            if written.get(slug) != Some(&hash) {
                write(folder, slug, &saved).map_err(|error| error.to_string())?;
                written.insert(slug.to_owned(), hash);
            }
            Ok(())
        });
        if let Err(problem) = stored {
            mount.feature.log(mount.revision, LogLevel::Error, &format!("the state could not be written to disk: {problem}"));
        }
    }
}

fn write(folder: &Path, slug: &str, saved: &Saved) -> io::Result<()> {
    let state = serde_json::from_slice(&saved.bytes)?;
    let text = serde_json::to_vec(&Snapshot { version: saved.version, at: Timestamp::now(), state })?;
    let (path, new) = (folder.join(format!("{slug}.state.json")), folder.join(format!(".{slug}.state.new")));
    fs::write(&new, text)?;
    fs::rename(new, path)
}

/// The last snapshot and its age; `None` when there is none that can be read.
pub(crate) fn read(folder: &Path, slug: &str) -> Option<(Saved, Duration)> {
    let text = fs::read(folder.join(format!("{slug}.state.json"))).ok()?;
    let Snapshot { version, at, state } = serde_json::from_slice(&text).ok()?;
    let age = Timestamp::now().millis().saturating_sub(at.millis()).max(0).unsigned_abs();
    Some((Saved { version, bytes: state.get().as_bytes().to_vec() }, Duration::from_millis(age)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let saved = Saved { version: 3, bytes: br#"{"a":[1,"x"]}"#.to_vec() };
        write(folder.path(), "hits", &saved).unwrap();
        let (read_back, age) = read(folder.path(), "hits").unwrap();
        assert_eq!(read_back, saved);
        assert!(age < Duration::from_secs(60));
        assert!(read(folder.path(), "other").is_none());
        std::fs::write(folder.path().join("torn.state.json"), "{\"version\":1").unwrap();
        assert!(read(folder.path(), "torn").is_none());
        assert!(write(folder.path(), "bad", &Saved { version: 1, bytes: b"{".to_vec() }).is_err());
    }
}
