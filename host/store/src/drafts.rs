//! The sources that runs work on until they have become revisions.

use crate::StoreError;
use crate::engine::Store;
use crate::rows::{from_json, to_json};
use kandra_model::{Origin, Revision, RunId, Slug};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The source a run works on, and what its revision will say about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The feature.
    pub slug: Slug,
    /// Path inside the crate to text.
    pub files: BTreeMap<String, String>,
    /// One line that says what changed.
    pub message: String,
    /// Where the source came from.
    pub origin: Origin,
    /// The revision it was made from, when it changes one.
    pub base_revision: Option<Revision>,
}

impl Store {
    /// Keeps the source, so that a restart goes on from here; also names the run's feature and provenance.
    pub async fn save_draft(&self, id: RunId, draft: Draft, provenance: Option<String>) -> Result<(), StoreError> {
        self.write(move |w| {
            keep_draft(w.db, id, &draft)?;
            w.db.prepare_cached("UPDATE runs SET feature = ?2, provenance = coalesce(?3, provenance) WHERE id = ?1")?.execute(params![
                id.to_string(),
                draft.slug.as_str(),
                provenance
            ])?;
            Ok(())
        })
        .await
    }

    /// The source that a run works on.
    pub async fn draft(&self, id: RunId) -> Result<Option<Draft>, StoreError> {
        self.read(move |db| {
            let text: Option<String> = db
                .prepare_cached("SELECT draft_json FROM drafts WHERE run = ?1")?
                .query_row([id.to_string()], |row| row.get(0))
                .optional()?;
            text.map(|text| from_json("drafts", &text)).transpose()
        })
        .await
    }
}

pub(crate) fn keep_draft(db: &Connection, id: RunId, draft: &Draft) -> Result<(), StoreError> {
    db.prepare_cached("INSERT OR REPLACE INTO drafts (run, draft_json) VALUES (?1, ?2)")?
        .execute(params![id.to_string(), to_json(draft)])?;
    Ok(())
}
