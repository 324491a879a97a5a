//! Attempts to make a revision: their beginning, their source, their end. A request follows its run in the same
//! transaction.

use crate::StoreError;
use crate::drafts::{Draft, keep_draft};
use crate::engine::{Store, Write};
use crate::page::{Cursor, Page, bounded};
use crate::request_list::existing as existing_request;
use crate::requests::{Change, move_to};
use crate::rows::{from_json, from_name, millis, name_of, parse, parse_some, to_json};
use crate::stages;
use kandra_model::{ArtifactHash, Cause, EventBody, Finding, RequestState, Revision, Run, RunId, RunState, Slug, Usage, VoterId};
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

/// A run about to begin.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// What sets it going. A request moves to `running` with it.
    pub cause: Cause,
    /// The feature, when it is known already.
    pub feature: Option<Slug>,
    /// What people are told is being built.
    pub title: String,
    /// `from recipe Poll`, `written by <model>`, `by hand`, `submitted`.
    pub provenance: String,
    /// Who may cancel it besides the owner.
    pub author: Option<VoterId>,
    /// The source, when it is there already.
    pub draft: Option<Draft>,
}

/// How a run ends, or pauses for approval.
#[derive(Clone, Debug)]
pub struct RunEnd {
    /// `Failed`, `Cancelled` or `Waiting`; success is recorded by [`Store::mount`].
    pub state: RunState,
    /// Where its request goes; `None` leaves it.
    pub request: Option<RequestState>,
    /// One calm sentence with a next step.
    pub failure: Option<String>,
    /// Its stable code.
    pub failure_code: Option<String>,
}

/// What a list of runs holds, newest first.
#[derive(Clone, Debug, Default)]
pub struct RunQuery {
    /// Only these states; empty means all.
    pub states: Vec<RunState>,
    /// Only runs about this feature.
    pub feature: Option<Slug>,
    /// Only runs of this request.
    pub request: Option<kandra_model::RequestId>,
    /// At most so many, 1 to 100; 0 means 50.
    pub limit: u32,
    /// Continue here.
    pub after: Option<Cursor>,
}

impl Store {
    /// Begins a run. When a request causes it, the request must be able to become `running`: of two runs for one
    /// request the second is refused.
    pub async fn start_run(&self, new: NewRun) -> Result<Run, StoreError> {
        self.write(move |w| start(w, &new)).await
    }

    /// A run.
    pub async fn run(&self, id: RunId) -> Result<Option<Run>, StoreError> {
        self.read(move |db| find(db, id)).await
    }

    /// What people are told is being built, and who may cancel it besides the owner.
    pub async fn run_title_and_author(&self, id: RunId) -> Result<Option<(String, Option<VoterId>)>, StoreError> {
        self.read(move |db| {
            let found = db
                .prepare_cached("SELECT title, author FROM runs WHERE id = ?1")?
                .query_row([id.to_string()], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?)))
                .optional()?;
            found.map(|(title, author)| Ok((title, parse_some("runs", author)?))).transpose()
        })
        .await
    }

    /// One page of runs, newest first.
    pub async fn runs(&self, query: RunQuery) -> Result<Page<Run>, StoreError> {
        self.read(move |db| list(db, &query)).await
    }

    /// Notes what the developer intends, and what it now knows: the contract, and where the source comes from.
    pub async fn plan_run(&self, id: RunId, plan: &str, contract: Option<String>, provenance: Option<String>) -> Result<(), StoreError> {
        let plan = plan.to_owned();
        self.write(move |w| {
            w.db.prepare_cached(
                "UPDATE runs SET plan = ?2, contract = coalesce(?3, contract), provenance = coalesce(?4, provenance) WHERE id = ?1",
            )?
            .execute(params![id.to_string(), plan, contract, provenance])?;
            w.emit(EventBody::RunPlanned { run: id, plan, contract })?;
            Ok(())
        })
        .await
    }

    /// Records what the run's model calls have used so far.
    pub async fn record_usage(&self, id: RunId, usage: Usage) -> Result<(), StoreError> {
        self.write(move |w| {
            w.db.prepare_cached("UPDATE runs SET usage_json = ?2 WHERE id = ?1")?.execute(params![id.to_string(), to_json(&usage)])?;
            Ok(())
        })
        .await
    }

    /// Records the artifact that a run has made, so that it is kept while the run waits.
    pub async fn record_run_artifact(&self, id: RunId, artifact: ArtifactHash) -> Result<(), StoreError> {
        self.write(move |w| {
            w.db.prepare_cached("UPDATE runs SET artifact = ?2 WHERE id = ?1")?.execute(params![id.to_string(), artifact.as_str()])?;
            Ok(())
        })
        .await
    }

    /// Ends a run that made no revision, or lets it wait for approval; its request follows.
    pub async fn end_run(&self, id: RunId, end: RunEnd) -> Result<Run, StoreError> {
        self.write(move |w| {
            if end.state == RunState::Succeeded {
                return Err(StoreError::Conflict("A run succeeds when its revision is mounted.".to_owned()));
            }
            finish(w, id, &end)
        })
        .await
    }

    /// Ends a run whose work changed no revision: a removal, or a build that turned out to be there already.
    pub async fn succeed_run(&self, id: RunId) -> Result<Run, StoreError> {
        self.write(move |w| finish(w, id, &RunEnd { state: RunState::Succeeded, request: None, failure: None, failure_code: None })).await
    }

    /// Lets an approved candidate go on; its request runs again.
    pub async fn resume_run(&self, id: RunId) -> Result<Run, StoreError> {
        self.write(move |w| {
            finish(w, id, &RunEnd { state: RunState::Running, request: Some(RequestState::Running), failure: None, failure_code: None })
        })
        .await
    }
}

fn start(w: &mut Write<'_>, new: &NewRun) -> Result<Run, StoreError> {
    let id = RunId::generate();
    let request = match new.cause {
        Cause::Request { request } => Some(request),
        _ => None,
    };
    let kind = match new.cause {
        Cause::Request { .. } => "request",
        Cause::Edit => "edit",
        Cause::Submission => "submission",
        Cause::Deletion => "deletion",
        Cause::Rebuild => "rebuild",
        Cause::Optimise => "optimise",
    };
    w.db.prepare_cached(
        "INSERT INTO runs (id, kind, cause_json, request, feature, title, state, provenance, author, started_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'running', ?7, ?8, ?9)",
    )?
    .execute(params![
        id.to_string(),
        kind,
        to_json(&new.cause),
        request.map(|request| request.to_string()),
        new.feature.as_ref().map(Slug::as_str),
        new.title,
        new.provenance,
        new.author.as_ref().map(VoterId::as_str),
        w.now.millis(),
    ])?;
    if let Some(draft) = &new.draft {
        keep_draft(w.db, id, draft)?;
    }
    if let Some(request) = request {
        move_to(
            w,
            request,
            RequestState::Running,
            &Change { run: Some(id), reason: Some(None), starts_at: Some(None), ..Change::default() },
        )?;
    }
    w.emit(EventBody::RunStarted { run: id, request, feature: new.feature.clone(), title: new.title.clone() })?;
    existing(w.db, id)
}

const fn may_become(from: RunState, to: RunState) -> bool {
    use RunState::{Cancelled, Failed, Running, Succeeded, Waiting};
    matches!((from, to), (Running, Succeeded | Failed | Cancelled | Waiting) | (Waiting, Running | Succeeded | Failed | Cancelled))
}

/// The one place where a run's state changes.
pub(crate) fn finish(w: &mut Write<'_>, id: RunId, end: &RunEnd) -> Result<Run, StoreError> {
    let run = existing(w.db, id)?;
    if !may_become(run.state, end.state) {
        return Err(StoreError::RunState { from: run.state, to: end.state });
    }
    let over = matches!(end.state, RunState::Succeeded | RunState::Failed | RunState::Cancelled);
    w.db.prepare_cached("UPDATE runs SET state = ?2, failure = ?3, failure_code = ?4, ended_at = ?5 WHERE id = ?1")?.execute(params![
        id.to_string(),
        name_of(&end.state),
        end.failure,
        end.failure_code,
        over.then(|| w.now.millis()),
    ])?;
    if over {
        stages::close_open(w, id)?;
        w.db.prepare_cached("DELETE FROM drafts WHERE run = ?1")?.execute([id.to_string()])?;
    }
    let request = match run.cause {
        Cause::Request { request } => Some(request),
        _ => None,
    };
    if let (Some(request), Some(to)) = (request, end.request)
        // A request that the owner has meanwhile decided about stays decided.
        && existing_request(w.db, request)?.request.run == Some(id)
        && existing_request(w.db, request)?.request.state != to
    {
        move_to(w, request, to, &Change { reason: Some(end.failure.clone()), ..Change::default() })?;
    }
    if end.state != RunState::Running {
        w.emit(EventBody::RunEnded { run: id, request, feature: run.feature, state: end.state, failure: end.failure.clone() })?;
    }
    existing(w.db, id)
}

pub(crate) fn existing(db: &Connection, id: RunId) -> Result<Run, StoreError> {
    find(db, id)?.ok_or(StoreError::NotFound("such run"))
}

pub(crate) const COLUMNS: &str =
    "number, id, cause_json, feature, state, plan, provenance, findings_json, failure, failure_code, usage_json,
    revision, artifact, started_at, ended_at, contract";

pub(crate) fn find(db: &Connection, id: RunId) -> Result<Option<Run>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM runs WHERE id = ?1");
    let found = db.prepare_cached(&sql)?.query_row([id.to_string()], |row| Ok(record(row))).optional()?.transpose()?;
    found
        .map(|(_, mut run)| {
            run.stages = stages::of(db, run.id)?;
            Ok(run)
        })
        .transpose()
}

fn record(row: &Row<'_>) -> Result<(i64, Run), StoreError> {
    const T: &str = "runs";
    let run = Run {
        id: parse(T, &row.get::<_, String>(1)?)?,
        cause: from_json(T, &row.get::<_, String>(2)?)?,
        feature: parse_some(T, row.get(3)?)?,
        state: from_name(T, row.get(4)?)?,
        plan: row.get(5)?,
        contract: row.get(15)?,
        provenance: row.get(6)?,
        stages: Vec::new(),
        findings: from_json::<Vec<Finding>>(T, &row.get::<_, String>(7)?)?,
        failure: row.get(8)?,
        failure_code: row.get(9)?,
        usage: from_json(T, &row.get::<_, String>(10)?)?,
        revision: row.get::<_, Option<u32>>(11)?.map(Revision),
        artifact: parse_some(T, row.get(12)?)?,
        started_at: millis(row.get(13)?),
        ended_at: row.get::<_, Option<i64>>(14)?.map(millis),
    };
    Ok((row.get(0)?, run))
}

pub(crate) fn list(db: &Connection, query: &RunQuery) -> Result<Page<Run>, StoreError> {
    let limit = bounded(if query.limit == 0 { 50 } else { query.limit });
    let mut wheres = vec!["1".to_owned()];
    let mut values: Vec<Box<dyn rusqlite::ToSql>> = Vec::new();
    if !query.states.is_empty() {
        let names: Vec<_> = query.states.iter().map(|state| format!("'{}'", name_of(state))).collect();
        wheres.push(format!("state IN ({})", names.join(", ")));
    }
    if let Some(feature) = &query.feature {
        values.push(Box::new(feature.as_str().to_owned()));
        wheres.push(format!("feature = ?{}", values.len()));
    }
    if let Some(request) = &query.request {
        values.push(Box::new(request.to_string()));
        wheres.push(format!("request = ?{}", values.len()));
    }
    if let Some(after) = query.after {
        values.push(Box::new(after.row));
        wheres.push(format!("number < ?{}", values.len()));
    }
    let sql = format!("SELECT {COLUMNS} FROM runs WHERE {} ORDER BY number DESC LIMIT {}", wheres.join(" AND "), limit + 1);
    let mut statement = db.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values.iter()), |row| Ok(record(row)))?;
    let rows: Result<Vec<_>, StoreError> = rows
        .map(|row| {
            let (number, mut run) = row??;
            run.stages = stages::of(db, run.id)?;
            Ok((Cursor { key: 0, row: number }, run))
        })
        .collect();
    Ok(Page::cut(rows?, limit))
}
