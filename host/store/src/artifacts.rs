//! Which build of which source is which file.

use crate::StoreError;
use crate::engine::Store;
use crate::rows::{self, millis};
use kandra_model::{ArtifactHash, Revision, RunId, Slug, SourceHash, Tier, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeSet;

/// One build of one revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArtifactRecord {
    /// Source, SDK, lock, rustc, flags and tier, as the gate hashes them.
    pub key: String,
    /// The file's name in `artifacts/`.
    pub hash: ArtifactHash,
    /// Its feature.
    pub feature: Slug,
    /// Its revision.
    pub revision: Revision,
    /// Which build.
    pub tier: Tier,
    /// Size of the file.
    pub bytes: u64,
    /// When it was made; ignored when recording.
    pub created_at: Timestamp,
}

/// Revisions of a feature whose artifacts are kept besides the serving one.
const REVISIONS_KEPT: u32 = 5;

impl Store {
    /// Records a build. The same key again replaces the older file: a rebuild need not be identical.
    pub async fn record_artifact(&self, artifact: ArtifactRecord) -> Result<(), StoreError> {
        self.write(move |w| insert(w.db, &artifact, w.now)).await
    }

    /// The build with this key.
    pub async fn artifact(&self, key: &str) -> Result<Option<ArtifactRecord>, StoreError> {
        let key = key.to_owned();
        self.read(move |db| {
            let sql = format!("SELECT {COLUMNS} FROM artifacts WHERE key = ?1");
            db.prepare_cached(&sql)?.query_row([key], |row| Ok(record(row))).optional()?.transpose()
        })
        .await
    }

    /// The builds of a revision, newest first.
    pub async fn artifacts_of(&self, feature: &Slug, revision: Revision) -> Result<Vec<ArtifactRecord>, StoreError> {
        let feature = feature.clone();
        self.read(move |db| {
            let sql = format!("SELECT {COLUMNS} FROM artifacts WHERE feature = ?1 AND revision = ?2 ORDER BY created_at DESC LIMIT 100");
            let mut statement = db.prepare_cached(&sql)?;
            let rows = statement.query_map(params![feature.as_str(), revision.0], |row| Ok(record(row)))?;
            rows.map(|row| row?).collect()
        })
        .await
    }

    /// The files that must stay: what serves, the newest revisions of each feature, what waits for approval.
    pub async fn artifacts_to_keep(&self) -> Result<BTreeSet<ArtifactHash>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT artifact FROM features WHERE artifact IS NOT NULL
                 UNION SELECT artifact FROM runs WHERE artifact IS NOT NULL AND state IN ('running', 'waiting')
                 UNION SELECT a.hash FROM artifacts a WHERE a.revision > (
                   SELECT max(r.revision) FROM revisions r WHERE r.feature = a.feature) - ?1",
            )?;
            let rows = statement.query_map([REVISIONS_KEPT], |row| row.get::<_, String>(0))?;
            rows.map(|row| rows::parse("artifacts", &row?)).collect()
        })
        .await
    }

    /// Forgets builds whose files are gone.
    pub async fn forget_artifacts(&self, hashes: BTreeSet<ArtifactHash>) -> Result<(), StoreError> {
        self.write(move |w| {
            let mut statement = w.db.prepare_cached("DELETE FROM artifacts WHERE hash = ?1")?;
            for hash in &hashes {
                statement.execute([hash.as_str()])?;
            }
            Ok(())
        })
        .await
    }

    /// Remembers that these gates refused this source, so that a watcher does not try it again.
    pub async fn record_rejection(&self, feature: &Slug, source: &SourceHash, gates: &str, run: RunId) -> Result<(), StoreError> {
        let (feature, source, gates) = (feature.clone(), source.clone(), gates.to_owned());
        self.write(move |w| {
            w.db.execute(
                "INSERT OR REPLACE INTO rejections (feature, source, gates, run, at) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![feature.as_str(), source.as_str(), gates, run.to_string(), w.now.millis()],
            )?;
            // A feature that is saved a thousand times leaves a hundred refusals, not a thousand.
            w.db.execute(
                "DELETE FROM rejections WHERE feature = ?1 AND source NOT IN (
                   SELECT source FROM rejections WHERE feature = ?1 ORDER BY at DESC LIMIT 100)",
                [feature.as_str()],
            )?;
            Ok(())
        })
        .await
    }

    /// The run in which these gates refused this source.
    pub async fn rejection(&self, feature: &Slug, source: &SourceHash, gates: &str) -> Result<Option<RunId>, StoreError> {
        let (feature, source, gates) = (feature.clone(), source.clone(), gates.to_owned());
        self.read(move |db| {
            let run: Option<String> = db
                .prepare_cached("SELECT run FROM rejections WHERE feature = ?1 AND source = ?2 AND gates = ?3")?
                .query_row(params![feature.as_str(), source.as_str(), gates], |row| row.get(0))
                .optional()?;
            run.map(|run| rows::parse("rejections", &run)).transpose()
        })
        .await
    }
}

const COLUMNS: &str = "key, hash, feature, revision, tier, bytes, created_at";

pub(crate) fn insert(db: &Connection, artifact: &ArtifactRecord, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO artifacts (key, hash, feature, revision, tier, bytes, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        artifact.key,
        artifact.hash.as_str(),
        artifact.feature.as_str(),
        artifact.revision.0,
        artifact.tier.as_str(),
        i64::try_from(artifact.bytes).unwrap_or(i64::MAX),
        now.millis(),
    ])?;
    Ok(())
}

fn record(row: &Row<'_>) -> Result<ArtifactRecord, StoreError> {
    const T: &str = "artifacts";
    Ok(ArtifactRecord {
        key: row.get(0)?,
        hash: rows::parse(T, &row.get::<_, String>(1)?)?,
        feature: rows::parse(T, &row.get::<_, String>(2)?)?,
        revision: Revision(row.get(3)?),
        tier: rows::named(T, &row.get::<_, String>(4)?, Tier::from_name)?,
        bytes: u64::try_from(row.get::<_, i64>(5)?).unwrap_or(0),
        created_at: millis(row.get(6)?),
    })
}
