//! Features as they should be served: which revision, which artifact, and why not when they are not.

use crate::StoreError;
use crate::engine::{Store, Write};
use crate::grants;
use crate::page::{Cursor, Page, bounded};
use crate::request_list::existing as existing_request;
use crate::requests::{Change, move_to};
use crate::revisions;
use crate::rows::{from_json, millis, named, parse, parse_some, to_json};
use crate::runs::{RunEnd, existing as existing_run, finish};
use kandra_model::{ArtifactHash, Cause, EventBody, Feature, FeatureState, Limits, RequestState, Revision, RunId, RunState, Slug, Tier};
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

/// A mount that live has confirmed.
#[derive(Clone, Debug)]
pub struct Mount {
    /// The feature.
    pub feature: Slug,
    /// The revision that serves now.
    pub revision: Revision,
    /// The file that serves now.
    pub artifact: ArtifactHash,
    /// Which build it is.
    pub tier: Tier,
    /// The run that led to it, which thereby succeeds, and its request goes live; `None` for a rollback or a restart.
    pub run: Option<RunId>,
}

/// What a list of features holds, newest first.
#[derive(Clone, Debug, Default)]
pub struct FeatureQuery {
    /// Only these states; empty means all but `removed`.
    pub states: Vec<FeatureState>,
    /// At most so many, 1 to 100; 0 means 100.
    pub limit: u32,
    /// Continue here.
    pub after: Option<Cursor>,
}

impl Store {
    /// A feature, removed ones too.
    pub async fn feature(&self, slug: &Slug) -> Result<Option<Feature>, StoreError> {
        let slug = slug.clone();
        self.read(move |db| find(db, &slug)).await
    }

    /// One page of features, newest first.
    pub async fn features(&self, query: FeatureQuery) -> Result<Page<Feature>, StoreError> {
        self.read(move |db| list(db, &query)).await
    }

    /// Every feature that is not removed, by name: what a start restores.
    pub async fn all_features(&self) -> Result<Vec<Feature>, StoreError> {
        self.read(|db| {
            let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE f.state <> 'removed' ORDER BY f.slug");
            let mut statement = db.prepare_cached(&sql)?;
            let rows = statement.query_map([], |row| Ok(record(row)))?;
            rows.map(|row| row?).collect()
        })
        .await
    }

    /// Every slug that was ever a feature's, removed ones too.
    pub async fn taken_slugs(&self) -> Result<Vec<Slug>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT slug FROM features UNION SELECT feature FROM revisions")?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            rows.map(|slug| parse("features", &slug?)).collect()
        })
        .await
    }

    /// Makes a mounted revision the current one. The run succeeds and its request goes live with it, in one
    /// transaction.
    pub async fn mount(&self, mount: Mount) -> Result<Feature, StoreError> {
        self.write(move |w| mounted(w, &mount)).await
    }

    /// Changes where a feature stands without a mount; `Removed` takes its routes from the log's point of view.
    pub async fn set_feature_state(&self, slug: &Slug, state: FeatureState, reason: Option<String>) -> Result<Feature, StoreError> {
        let slug = slug.clone();
        self.write(move |w| {
            let before = existing(w.db, &slug)?;
            w.db.prepare_cached("UPDATE features SET state = ?2, reason = ?3, updated_at = ?4 WHERE slug = ?1")?.execute(params![
                slug.as_str(),
                state.as_str(),
                reason,
                w.now.millis()
            ])?;
            let removed_now = state == FeatureState::Removed && before.state != FeatureState::Removed;
            if removed_now {
                grants::forget(w, &slug)?;
                w.db.execute("UPDATE features SET limits_json = '{}', pinned = 0 WHERE slug = ?1", [slug.as_str()])?;
                w.emit(EventBody::FeatureRemoved { feature: slug.clone(), title: before.presentation.title })?;
            } else if before.state != state || before.reason != reason {
                w.emit(EventBody::FeatureChanged { feature: slug.clone(), state, reason })?;
            }
            existing(w.db, &slug)
        })
        .await
    }

    /// Makes these the owner's limits of a feature.
    pub async fn set_limits(&self, slug: &Slug, limits: Limits) -> Result<Feature, StoreError> {
        let slug = slug.clone();
        self.write(move |w| {
            if serving(w.db, &slug)?.limits != limits {
                let text = to_json(&limits);
                w.db.execute(
                    "UPDATE features SET limits_json = ?2, updated_at = ?3 WHERE slug = ?1",
                    params![slug.as_str(), text, w.now.millis()],
                )?;
                w.emit(EventBody::LimitsChanged { feature: slug.clone(), limits })?;
            }
            existing(w.db, &slug)
        })
        .await
    }

    /// Pins a feature's revision, or no longer.
    pub async fn set_pinned(&self, slug: &Slug, pinned: bool) -> Result<Feature, StoreError> {
        let slug = slug.clone();
        self.write(move |w| {
            let before = serving(w.db, &slug)?;
            if before.pinned != pinned {
                w.db.execute(
                    "UPDATE features SET pinned = ?2, updated_at = ?3 WHERE slug = ?1",
                    params![slug.as_str(), pinned, w.now.millis()],
                )?;
                w.emit(EventBody::PinChanged { feature: slug.clone(), revision: before.revision, pinned })?;
            }
            existing(w.db, &slug)
        })
        .await
    }

    /// Notes that a committed revision could not be mounted. A feature that never served is `not_mounted`; one that
    /// serves keeps its revision.
    pub async fn mount_failed(&self, slug: &Slug, revision: Revision, reason: &str) -> Result<(), StoreError> {
        let (slug, reason) = (slug.clone(), reason.to_owned());
        self.write(move |w| {
            if find(w.db, &slug)?.is_none_or(|feature| feature.state == FeatureState::Removed) {
                unmounted(w, &slug, revision, &reason)?;
            }
            Ok(())
        })
        .await
    }
}

fn mounted(w: &mut Write<'_>, mount: &Mount) -> Result<Feature, StoreError> {
    let record = revisions::find(w.db, &mount.feature, mount.revision)?.ok_or(StoreError::NotFound("such revision"))?;
    let before = find(w.db, &mount.feature)?;
    let new = before.as_ref().is_none_or(|feature| matches!(feature.state, FeatureState::Removed | FeatureState::NotMounted));
    w.db.prepare_cached("UPDATE revisions SET mounted = 1 WHERE feature = ?1 AND revision = ?2")?
        .execute(params![mount.feature.as_str(), mount.revision.0])?;
    w.db.prepare_cached(
        "INSERT INTO features (slug, state, revision, artifact, tier, request, created_at, updated_at)
         VALUES (?1, 'live', ?2, ?3, ?4, ?5, ?6, ?6)
         ON CONFLICT (slug) DO UPDATE SET state = 'live', reason = NULL, revision = ?2, artifact = ?3, tier = ?4,
           request = coalesce(?5, request), updated_at = ?6",
    )?
    .execute(params![
        mount.feature.as_str(),
        mount.revision.0,
        mount.artifact.as_str(),
        mount.tier.as_str(),
        record.request.map(|request| request.to_string()),
        w.now.millis(),
    ])?;
    w.emit(EventBody::FeatureMounted {
        feature: mount.feature.clone(),
        title: record.presentation.title,
        revision: mount.revision,
        tier: mount.tier,
        new,
    })?;
    if let Some(run) = mount.run {
        succeed(w, run, mount)?;
    }
    existing(w.db, &mount.feature)
}

fn succeed(w: &mut Write<'_>, run: RunId, mount: &Mount) -> Result<(), StoreError> {
    w.db.prepare_cached("UPDATE runs SET feature = ?2, revision = ?3, artifact = ?4 WHERE id = ?1")?.execute(params![
        run.to_string(),
        mount.feature.as_str(),
        mount.revision.0,
        mount.artifact.as_str()
    ])?;
    if let Cause::Request { request } = existing_run(w.db, run)?.cause
        && existing_request(w.db, request)?.request.state != RequestState::Live
    {
        let change = Change { feature: Some(Some(mount.feature.clone())), reason: Some(None), ..Change::default() };
        move_to(w, request, RequestState::Live, &change)?;
    }
    finish(w, run, &RunEnd { state: RunState::Succeeded, request: None, failure: None, failure_code: None })?;
    Ok(())
}

/// A feature that is committed and does not serve.
pub(crate) fn unmounted(w: &mut Write<'_>, slug: &Slug, revision: Revision, reason: &str) -> Result<(), StoreError> {
    let record = revisions::find(w.db, slug, revision)?.ok_or(StoreError::NotFound("such revision"))?;
    w.db.prepare_cached(
        "INSERT INTO features (slug, state, reason, revision, tier, request, created_at, updated_at)
         VALUES (?1, 'not_mounted', ?2, ?3, 'quick', ?4, ?5, ?5)
         ON CONFLICT (slug) DO UPDATE SET state = 'not_mounted', reason = ?2, revision = ?3, artifact = NULL, updated_at = ?5",
    )?
    .execute(params![slug.as_str(), reason, revision.0, record.request.map(|request| request.to_string()), w.now.millis()])?;
    w.emit(EventBody::FeatureChanged { feature: slug.clone(), state: FeatureState::NotMounted, reason: Some(reason.to_owned()) })?;
    Ok(())
}

const COLUMNS: &str =
    "f.slug, f.state, f.reason, f.revision, f.artifact, f.tier, r.presentation_json, r.routes_json, r.origin_json, f.request,
    f.created_at, f.updated_at, f.limits_json, f.pinned";
const TABLES: &str = "features f JOIN revisions r ON r.feature = f.slug AND r.revision = f.revision";

fn record(row: &Row<'_>) -> Result<Feature, StoreError> {
    const T: &str = "features";
    Ok(Feature {
        slug: parse(T, &row.get::<_, String>(0)?)?,
        state: named(T, &row.get::<_, String>(1)?, FeatureState::from_name)?,
        reason: row.get(2)?,
        revision: Revision(row.get(3)?),
        artifact: parse_some(T, row.get(4)?)?,
        tier: named(T, &row.get::<_, String>(5)?, Tier::from_name)?,
        presentation: from_json(T, &row.get::<_, String>(6)?)?,
        routes: from_json(T, &row.get::<_, String>(7)?)?,
        origin: from_json(T, &row.get::<_, String>(8)?)?,
        request: parse_some(T, row.get(9)?)?,
        created_at: millis(row.get(10)?),
        updated_at: millis(row.get(11)?),
        // What another version of Kandra allowed and this one does not: the defaults hold.
        limits: from_json(T, &row.get::<_, String>(12)?).unwrap_or_default(),
        pinned: row.get(13)?,
    })
}

pub(crate) fn find(db: &Connection, slug: &Slug) -> Result<Option<Feature>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE f.slug = ?1");
    db.prepare_cached(&sql)?.query_row([slug.as_str()], |row| Ok(record(row))).optional()?.transpose()
}

/// One that is not removed.
fn serving(db: &Connection, slug: &Slug) -> Result<Feature, StoreError> {
    find(db, slug)?.filter(|found| found.state != FeatureState::Removed).ok_or(StoreError::NotFound("such feature"))
}

fn existing(db: &Connection, slug: &Slug) -> Result<Feature, StoreError> {
    find(db, slug)?.ok_or(StoreError::NotFound("such feature"))
}

fn list(db: &Connection, query: &FeatureQuery) -> Result<Page<Feature>, StoreError> {
    let limit = bounded(if query.limit == 0 { 100 } else { query.limit });
    let mut wheres = Vec::new();
    let mut values: Vec<Box<dyn rusqlite::ToSql>> = Vec::new();
    if query.states.is_empty() {
        wheres.push("f.state <> 'removed'".to_owned());
    } else {
        let names: Vec<_> = query.states.iter().map(|state| format!("'{}'", state.as_str())).collect();
        wheres.push(format!("f.state IN ({})", names.join(", ")));
    }
    if let Some(after) = query.after {
        values.push(Box::new(after.row));
        wheres.push("f.number < ?1".to_owned());
    }
    let sql = format!("SELECT {COLUMNS}, f.number FROM {TABLES} WHERE {} ORDER BY f.number DESC LIMIT {}", wheres.join(" AND "), limit + 1);
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values.iter()), |row| Ok((row.get(14)?, record(row))))?;
    let rows: Result<Vec<_>, StoreError> = rows
        .map(|row| {
            let (number, feature) = row?;
            Ok((Cursor { key: 0, row: number }, feature?))
        })
        .collect();
    Ok(Page::cut(rows?, limit))
}
