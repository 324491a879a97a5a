//! Verdicts by content. The key is everything that a verdict depends on: the bytes of the crate, what its callers expect, SDK,
//! lock, rustc and flags (the workshop's key), these gates (the file of this very program) and how strict they are.
//!
//! Kept are acceptances and refusals; never a failure of ours, nor a refusal for what another run may decide otherwise, such
//! as a limit on time. The folder is the user's own, like the warm build that features are linked against.

use crate::report::{Checked, Verdict};
use anyhow::{Context, Result};
use kandra_gate::{CallerDouble, Files, Finding, Gate, Stage};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
    time::SystemTime,
};

/// Verdicts that are kept, at most.
const MAX_VERDICTS: usize = 4_000;
/// Bytes of one, at most: 200 findings of 2,000 characters each.
const MAX_BYTES: u64 = 4 << 20;
/// Refusals that a machine with more time or memory, or a quieter one, might not make.
const BY_CHANCE: [&str; 11] = [
    "lint/too-slow",
    "lint/too-complex",
    "build/time",
    "build/memory",
    "build/processes",
    "build/compiler-crashed",
    "probe/time",
    "probe/mount-time",
    "probe/crash",
    "probe/leak",
    "probe/pinned",
];

/// The folder of verdicts, and what all their keys have in common.
pub struct Cache {
    folder: PathBuf,
    gates: Sha256,
}

/// The name of one verdict.
pub struct Key(String);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    slug: Option<String>,
    verdict: Verdict,
    stage: Stage,
    findings: Vec<Finding>,
    timings_ms: BTreeMap<String, u64>,
}

impl Cache {
    /// Opens the folder beneath the cache.
    pub fn open(root: &Path, gate: &Gate) -> Result<Self> {
        let folder = root.join("check/verdicts");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let mut gates = Sha256::new();
        add(&mut gates, b"kandra verdict 1");
        add(&mut gates, gate.workshop().key().as_bytes());
        add(&mut gates, format!("{:?}", gate.config().missing_layers).as_bytes());
        // Hashing a file of this size on each run would take longer than most checks: its identity stands for its bytes.
        let program = fs::metadata(&gate.config().exe).context("cannot look at my own file")?;
        let identity = [
            program.dev(),
            program.ino(),
            program.size(),
            program.mtime().cast_unsigned(),
            program.mtime_nsec().cast_unsigned(),
            program.ctime().cast_unsigned(),
            program.ctime_nsec().cast_unsigned(),
        ];
        add(&mut gates, &identity.map(u64::to_le_bytes).concat());
        Ok(Self { folder, gates })
    }

    /// The key of a crate's verdict.
    pub fn key(&self, files: &Files, callers: &[CallerDouble]) -> Key {
        let mut hash = self.gates.clone();
        for (path, bytes) in files {
            add(&mut hash, path.as_bytes());
            add(&mut hash, bytes);
        }
        add(&mut hash, b"callers");
        add(&mut hash, &serde_json::to_vec(callers).expect("doubles are plain data"));
        Key(hex::encode(hash.finalize()))
    }

    /// Whether this was judged before; then `checked` says how.
    pub fn recall(&self, key: &Key, checked: &mut Checked) -> bool {
        let read = || -> Option<Kept> {
            let mut bytes = Vec::new();
            let file = fs::File::open(self.folder.join(&key.0)).ok()?;
            // When it was last used decides how long it is kept.
            let _ = file.set_modified(SystemTime::now());
            file.take(MAX_BYTES).read_to_end(&mut bytes).ok()?;
            serde_json::from_slice(&bytes).ok()
        };
        let Some(kept) = read() else { return false };
        (checked.slug, checked.verdict, checked.stage) = (kept.slug, kept.verdict, kept.stage);
        (checked.findings, checked.timings_ms, checked.cached) = (kept.findings, kept.timings_ms, true);
        true
    }

    /// Keeps a verdict that would be the same next time. A cache that cannot be written to is no failure of the check.
    pub fn keep(&self, key: &Key, checked: &Checked) {
        let by_chance = checked.findings.iter().any(|finding| BY_CHANCE.contains(&finding.code.as_str()));
        if checked.verdict == Verdict::Failed || by_chance {
            return;
        }
        let kept = Kept {
            slug: checked.slug.clone(),
            verdict: checked.verdict,
            stage: checked.stage,
            findings: checked.findings.clone(),
            timings_ms: checked.timings_ms.clone(),
        };
        let write = || -> io::Result<()> {
            let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
            file.write_all(&serde_json::to_vec(&kept)?)?;
            file.persist(self.folder.join(&key.0)).map_err(|e| e.error)?;
            Ok(())
        };
        let _ = write();
    }

    /// Removes the longest unused when there are too many.
    pub fn tidy(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        let mut found: Vec<(SystemTime, PathBuf)> =
            entries.flatten().filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).collect();
        if found.len() > MAX_VERDICTS {
            found.sort();
            found.iter().take(found.len() - MAX_VERDICTS * 3 / 4).for_each(|(_, path)| drop(fs::remove_file(path)));
        }
    }
}

fn add(hash: &mut Sha256, part: &[u8]) {
    hash.update((part.len() as u64).to_le_bytes());
    hash.update(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(verdict: Verdict, code: &str) -> Checked {
        Checked {
            path: "x".into(),
            slug: Some("abc".into()),
            verdict,
            stage: Stage::Lint,
            findings: vec![Finding::error(code, "why")],
            timings_ms: BTreeMap::from([("lint".into(), 3)]),
            cached: false,
            sources: BTreeMap::new(),
        }
    }

    #[test]
    fn only_what_would_be_the_same_is_kept_and_every_byte_counts() {
        let place = tempfile::tempdir().unwrap();
        let cache = Cache { folder: place.path().to_owned(), gates: Sha256::new() };
        let files = |text: &str| Files::from([("src/lib.rs".to_owned(), text.into())]);
        let key = |text: &str| cache.key(&files(text), &[]);
        for (verdict, code, kept) in [
            (Verdict::Failed, "child_failed", false),
            (Verdict::Refused, "build/time", false),
            (Verdict::Refused, "K001", true),
            (Verdict::Accepted, "K101", true),
        ] {
            cache.keep(&key(code), &checked(verdict, code));
            let mut again = checked(Verdict::Failed, "none");
            assert_eq!(cache.recall(&key(code), &mut again), kept, "{code}");
            assert!(!kept || again.cached && again.verdict == verdict && again.findings[0].code == code, "{again:?}");
        }
        let mut other = checked(Verdict::Failed, "none");
        assert!(!cache.recall(&key("K001 "), &mut other));
        fs::write(place.path().join(&key("broken").0), b"{\"verdict\":").unwrap();
        assert!(!cache.recall(&key("broken"), &mut other), "half a verdict is none");
        let two = Files::from([("a".to_owned(), b"bc".to_vec())]);
        let one = Files::from([("ab".to_owned(), b"c".to_vec())]);
        assert_ne!(cache.key(&two, &[]).0, cache.key(&one, &[]).0);
    }
}
