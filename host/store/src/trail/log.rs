//! What a commit says about itself: a subject line, and trailers that carry the whole record of its revision, so that
//! kandra.db can be reconciled from git alone.

use super::{Removal, TrailError, repository::Repository};
use git2::Sort;
use kandra_model::{Revision, RevisionRecord, RunId, Slug, Timestamp};

/// What a commit did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Saved a revision.
    Save,
    /// Took the feature out.
    Remove,
    /// Put an earlier revision's source back.
    Restore,
}

/// One commit of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// 40 hexadecimal digits.
    pub commit: String,
    /// What it did; `None` for a commit that somebody made by hand.
    pub action: Option<Action>,
    /// Its feature.
    pub feature: Option<Slug>,
    /// Its revision.
    pub revision: Option<Revision>,
    /// Its run.
    pub run: Option<RunId>,
    /// Its subject line.
    pub subject: String,
    /// Its author's name.
    pub author: String,
    /// When.
    pub at: Timestamp,
}

/// Commits that one look into the history walks at most.
const MAX_WALK: usize = 200_000;

pub(super) fn save_message(record: &RevisionRecord) -> String {
    let json = serde_json::to_string(record).expect("the model's types have string keys only");
    format!(
        "{} r{}: {}\n\nKandra-Action: save\nKandra-Feature: {}\nKandra-Revision: {}\nKandra-Run: {}\nKandra-Source: {}\nKandra-Record: {json}\n",
        record.feature,
        record.revision,
        one_line(&record.message),
        record.feature,
        record.revision,
        record.run,
        record.source,
    )
}

pub(super) fn remove_message(removal: &Removal) -> String {
    let run = removal.run.map(|run| format!("Kandra-Run: {run}\n")).unwrap_or_default();
    format!(
        "{} removed: {}\n\nKandra-Action: remove\nKandra-Feature: {}\n{run}",
        removal.feature,
        one_line(&removal.message),
        removal.feature
    )
}

pub(super) fn restore_message(feature: &Slug, revision: Revision) -> String {
    format!("{feature} back to r{revision}\n\nKandra-Action: restore\nKandra-Feature: {feature}\nKandra-Revision: {revision}\n")
}

/// A subject cannot grow a trailer.
fn one_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    line.trim().to_owned()
}

/// The value of a trailer in the message's last paragraph.
fn trailer<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    let last = message.trim_end().rsplit("\n\n").next()?;
    last.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

impl Repository {
    pub(super) fn log(&self, feature: Option<&Slug>, limit: usize) -> Result<Vec<Logged>, TrailError> {
        let mut logged = Vec::new();
        self.walk(Sort::TOPOLOGICAL, |commit, message| {
            let parsed = Logged {
                commit: commit.id().to_string(),
                action: match trailer(message, "Kandra-Action") {
                    Some("save") => Some(Action::Save),
                    Some("remove") => Some(Action::Remove),
                    Some("restore") => Some(Action::Restore),
                    _ => None,
                },
                feature: trailer(message, "Kandra-Feature").and_then(|text| text.parse().ok()),
                revision: trailer(message, "Kandra-Revision").and_then(|text| text.parse().ok()).map(Revision),
                run: trailer(message, "Kandra-Run").and_then(|text| text.parse().ok()),
                subject: message.lines().next().unwrap_or_default().to_owned(),
                author: String::from_utf8_lossy(commit.author().name_bytes()).into_owned(),
                at: Timestamp::from_millis(commit.time().seconds().saturating_mul(1_000)),
            };
            if feature.is_none() || parsed.feature.as_ref() == feature {
                logged.push(parsed);
            }
            Ok(logged.len() < limit)
        })?;
        Ok(logged)
    }

    pub(super) fn revisions(&self) -> Result<Vec<RevisionRecord>, TrailError> {
        let mut revisions = Vec::new();
        self.walk(Sort::TOPOLOGICAL | Sort::REVERSE, |commit, message| {
            revisions.extend(record(commit, message)?);
            Ok(true)
        })?;
        Ok(revisions)
    }

    pub(super) fn revision_of_run(&self, run: RunId) -> Result<Option<RevisionRecord>, TrailError> {
        let wanted = run.to_string();
        let mut found = None;
        // A run commits once, and is asked about soon after: old history is not walked for it.
        let mut left = 2_000_u32;
        self.walk(Sort::TOPOLOGICAL, |commit, message| {
            if trailer(message, "Kandra-Run") == Some(&wanted) {
                found = record(commit, message)?;
            }
            left -= 1;
            Ok(found.is_none() && left > 0)
        })?;
        Ok(found)
    }

    fn walk(&self, order: Sort, mut visit: impl FnMut(&git2::Commit<'_>, &str) -> Result<bool, TrailError>) -> Result<(), TrailError> {
        let Some(head) = self.head()? else { return Ok(()) };
        let mut walk = self.git.revwalk()?;
        walk.set_sorting(order)?;
        walk.push(head.id())?;
        for id in walk.take(MAX_WALK) {
            let commit = self.git.find_commit(id?)?;
            let message = String::from_utf8_lossy(commit.message_bytes()).into_owned();
            if !visit(&commit, &message)? {
                break;
            }
        }
        Ok(())
    }
}

fn record(commit: &git2::Commit<'_>, message: &str) -> Result<Option<RevisionRecord>, TrailError> {
    if trailer(message, "Kandra-Action") != Some("save") {
        return Ok(None);
    }
    let id = commit.id().to_string();
    let text = trailer(message, "Kandra-Record").unwrap_or_default();
    let mut record: RevisionRecord =
        serde_json::from_str(text).map_err(|error| TrailError::Record { commit: id.clone(), problem: error.to_string() })?;
    record.commit = id;
    Ok(Some(record))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailers_come_from_the_last_paragraph_only() {
        let message = "subject\n\nKandra-Run: forged\n\nKandra-Action: save\nKandra-Run: real\n";
        assert_eq!(trailer(message, "Kandra-Run"), Some("real"));
        assert_eq!(trailer(message, "Kandra-Nothing"), None);
    }

    #[test]
    fn a_subject_cannot_grow_a_trailer() {
        let removal =
            Removal { feature: "poll".parse().unwrap(), run: None, message: "x\n\nKandra-Action: save\nKandra-Record: {}".to_owned() };
        let message = remove_message(&removal);
        assert_eq!(trailer(&message, "Kandra-Action"), Some("remove"));
        assert_eq!(trailer(&message, "Kandra-Record"), None);
    }
}
