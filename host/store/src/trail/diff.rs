//! What changed between two sources, as unified text per file.

use super::Files;
use serde::Serialize;
use similar::{ChangeTag, TextDiff};
use std::collections::BTreeSet;
use std::time::Duration;

/// Bytes of unified text in all; what is beyond is counted, not shown.
const MAX_TEXT: usize = 256 << 10;

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Its text changed.
    Modified,
}

/// One changed file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileChange {
    /// Path inside the crate.
    pub path: String,
    /// What happened.
    pub kind: ChangeKind,
    /// Lines added.
    pub added: u32,
    /// Lines removed.
    pub removed: u32,
    /// Unified, with three lines around; empty when there was no room for it.
    pub text: String,
}

/// What changed between two sources; files by path, unchanged ones left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SourceDiff {
    /// The changed files.
    pub files: Vec<FileChange>,
    /// Whether some text was left out.
    pub truncated: bool,
}

impl SourceDiff {
    /// From `old` to `new`.
    pub fn between(old: &Files, new: &Files) -> Self {
        let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let mut diff = Self::default();
        let mut room = MAX_TEXT;
        for path in paths {
            let (before, after) = (old.get(path), new.get(path));
            let kind = match (before, after) {
                (None, _) => ChangeKind::Added,
                (_, None) => ChangeKind::Removed,
                (Some(before), Some(after)) if before == after => continue,
                _ => ChangeKind::Modified,
            };
            let (before, after) = (before.map_or("", String::as_str), after.map_or("", String::as_str));
            let lines = TextDiff::configure().timeout(Duration::from_millis(500)).diff_lines(before, after);
            let count = |tag| u32::try_from(lines.iter_all_changes().filter(|change| change.tag() == tag).count()).unwrap_or(u32::MAX);
            let names = (format!("a/{path}"), format!("b/{path}"));
            let mut text = lines.unified_diff().context_radius(3).header(&names.0, &names.1).to_string();
            if text.len() > room {
                text.clear();
                diff.truncated = true;
            }
            room -= text.len();
            diff.files.push(FileChange {
                path: path.clone(),
                kind,
                added: count(ChangeTag::Insert),
                removed: count(ChangeTag::Delete),
                text,
            });
        }
        diff
    }

    /// Lines added and removed, in all files.
    pub fn lines(&self) -> u32 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.added).saturating_add(file.removed))
    }

    /// Unified text of all files.
    pub fn text(&self) -> String {
        self.files.iter().map(|file| file.text.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_names_what_changed_and_nothing_else() {
        let files = |list: &[(&str, &str)]| list.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect::<Files>();
        let old = files(&[("Cargo.toml", "a\n"), ("src/lib.rs", "one\ntwo\n"), ("src/old.rs", "x\n")]);
        let new = files(&[("Cargo.toml", "a\n"), ("src/lib.rs", "one\n2\n"), ("src/new.rs", "y\n")]);
        let diff = SourceDiff::between(&old, &new);
        let kinds: Vec<_> = diff.files.iter().map(|file| (file.path.as_str(), file.kind, file.added, file.removed)).collect();
        assert_eq!(
            kinds,
            [
                ("src/lib.rs", ChangeKind::Modified, 1, 1),
                ("src/new.rs", ChangeKind::Added, 1, 0),
                ("src/old.rs", ChangeKind::Removed, 0, 1)
            ]
        );
        assert!(diff.text().contains("-two\n+2\n"));
        assert_eq!(diff.lines(), 4);
        assert!(!diff.truncated);
    }

    #[test]
    fn a_huge_diff_is_counted_and_not_shown() {
        let old = Files::new();
        let new = Files::from([("src/lib.rs".to_owned(), "line\n".repeat(100_000))]);
        let diff = SourceDiff::between(&old, &new);
        assert!(diff.truncated && diff.text().is_empty());
        assert_eq!(diff.lines(), 100_000);
    }
}
