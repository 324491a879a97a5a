//! Accepted versions of features' sources.

use crate::StoreError;
use crate::engine::{Store, Write};
use crate::page::{Cursor, Page, bounded};
use crate::rows::{from_json, millis, parse, parse_some, to_json};
use kandra_model::{Revision, RevisionRecord, RunId, Slug};
use rusqlite::{Connection, OptionalExtension, Row, params};

impl Store {
    /// The number that the next revision of a feature gets. Nothing is reserved: the caller commits one at a time.
    pub async fn next_revision(&self, feature: &Slug) -> Result<Revision, StoreError> {
        let feature = feature.clone();
        self.read(move |db| {
            let newest: u32 = db
                .prepare_cached("SELECT coalesce(max(revision), 0) FROM revisions WHERE feature = ?1")?
                .query_row([feature.as_str()], |row| row.get(0))?;
            Ok(Revision(newest + 1))
        })
        .await
    }

    /// Records a revision that is now in git; it becomes current by [`Store::mount`]. The run's own record follows.
    pub async fn record_revision(&self, record: RevisionRecord) -> Result<(), StoreError> {
        self.write(move |w| {
            insert(w, &record)?;
            w.db.prepare_cached("UPDATE runs SET revision = ?2, feature = ?3 WHERE id = ?1")?.execute(params![
                record.run.to_string(),
                record.revision.0,
                record.feature.as_str()
            ])?;
            Ok(())
        })
        .await
    }

    /// One revision.
    pub async fn revision(&self, feature: &Slug, revision: Revision) -> Result<Option<RevisionRecord>, StoreError> {
        let feature = feature.clone();
        self.read(move |db| find(db, &feature, revision)).await
    }

    /// The revision that a run made, if it got that far.
    pub async fn revision_of_run(&self, run: RunId) -> Result<Option<RevisionRecord>, StoreError> {
        self.read(move |db| {
            let sql = format!("SELECT {COLUMNS} FROM revisions WHERE run = ?1 ORDER BY revision DESC LIMIT 1");
            db.prepare_cached(&sql)?.query_row([run.to_string()], |row| Ok(record(row))).optional()?.transpose()
        })
        .await
    }

    /// A feature's revisions, newest first.
    pub async fn revisions(&self, feature: &Slug, limit: u32, after: Option<Cursor>) -> Result<Page<RevisionRecord>, StoreError> {
        let (feature, limit) = (feature.clone(), bounded(limit));
        let before = after.map_or(i64::MAX, |cursor| cursor.row);
        self.read(move |db| {
            let sql = format!("SELECT {COLUMNS} FROM revisions WHERE feature = ?1 AND revision < ?2 ORDER BY revision DESC LIMIT ?3");
            let mut statement = db.prepare_cached(&sql)?;
            let rows = statement.query_map(params![feature.as_str(), before, limit + 1], |row| Ok(record(row)))?;
            let rows: Result<Vec<_>, StoreError> = rows
                .map(|row| {
                    let record = row??;
                    Ok((Cursor { key: 0, row: i64::from(record.revision.0) }, record))
                })
                .collect();
            Ok(Page::cut(rows?, limit))
        })
        .await
    }
}

pub(crate) const COLUMNS: &str =
    "feature, revision, source, commit_id, run, request, origin_json, message, presentation_json, routes_json, mounted, created_at";

pub(crate) fn insert(w: &mut Write<'_>, record: &RevisionRecord) -> Result<(), StoreError> {
    if find(w.db, &record.feature, record.revision)?.is_some() {
        return Err(StoreError::Conflict(format!("Revision {} of {} exists already.", record.revision, record.feature)));
    }
    w.db.prepare_cached(&format!("INSERT INTO revisions ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"))?
        .execute(params![
            record.feature.as_str(),
            record.revision.0,
            record.source.as_str(),
            record.commit,
            record.run.to_string(),
            record.request.map(|request| request.to_string()),
            to_json(&record.origin),
            record.message,
            to_json(&record.presentation),
            to_json(&record.routes),
            record.mounted,
            record.created_at.millis(),
        ])?;
    Ok(())
}

pub(crate) fn find(db: &Connection, feature: &Slug, revision: Revision) -> Result<Option<RevisionRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM revisions WHERE feature = ?1 AND revision = ?2");
    db.prepare_cached(&sql)?.query_row(params![feature.as_str(), revision.0], |row| Ok(record(row))).optional()?.transpose()
}

fn record(row: &Row<'_>) -> Result<RevisionRecord, StoreError> {
    const T: &str = "revisions";
    Ok(RevisionRecord {
        feature: parse(T, &row.get::<_, String>(0)?)?,
        revision: Revision(row.get(1)?),
        source: parse(T, &row.get::<_, String>(2)?)?,
        commit: row.get(3)?,
        run: parse(T, &row.get::<_, String>(4)?)?,
        request: parse_some(T, row.get(5)?)?,
        origin: from_json(T, &row.get::<_, String>(6)?)?,
        message: row.get(7)?,
        presentation: from_json(T, &row.get::<_, String>(8)?)?,
        routes: from_json(T, &row.get::<_, String>(9)?)?,
        mounted: row.get(10)?,
        created_at: millis(row.get(11)?),
    })
}
