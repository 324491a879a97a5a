//! The stages of runs: when each began and ended, and how long each usually takes.

use crate::StoreError;
use crate::engine::{Store, Write};
use crate::rows::{from_name, millis, name_of, named, to_json};
use crate::runs::existing;
use kandra_model::{EventBody, Finding, RunId, RunState, Stage, StageOutcome, StageRecord};
use rusqlite::{Connection, OptionalExtension, params};

/// How many of the newest runs the usual time of a stage is taken from.
const USUAL_OF: u32 = 50;

/// How long a stage usually takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsualTime {
    /// Which stage.
    pub stage: Stage,
    /// Median of its last 50 passes, milliseconds.
    pub median_ms: u64,
    /// How many passes that median is of.
    pub passes: u32,
}

impl Store {
    /// A stage begins. A later attempt clears the findings of the one before.
    pub async fn begin_stage(&self, run: RunId, stage: Stage, attempt: u32) -> Result<(), StoreError> {
        self.write(move |w| begin(w, run, stage, attempt)).await
    }

    /// The newest stage of a run ends; `findings` replace what the gates said, when there are any or it did not pass.
    /// Answers with how long it took, milliseconds.
    pub async fn end_stage(&self, run: RunId, stage: Stage, outcome: StageOutcome, findings: Vec<Finding>) -> Result<u64, StoreError> {
        self.write(move |w| end(w, run, stage, outcome, &findings)).await
    }

    /// For each stage that has ever passed: the median of its last 50 passes in runs that made a revision.
    pub async fn usual_times(&self) -> Result<Vec<UsualTime>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(
                "SELECT s.millis FROM run_stages s JOIN runs r ON r.id = s.run
                 WHERE s.stage = ?1 AND s.outcome = 'passed' AND s.millis IS NOT NULL AND r.kind IN ('request', 'edit', 'submission')
                 ORDER BY s.started_at DESC LIMIT ?2",
            )?;
            let mut usual = Vec::new();
            for stage in Stage::ALL {
                let rows = statement.query_map(params![stage.as_str(), USUAL_OF], |row| row.get::<_, i64>(0))?;
                let mut times = rows.collect::<Result<Vec<_>, _>>()?;
                times.sort_unstable();
                if let Some(median) = times.get(times.len() / 2) {
                    let passes = u32::try_from(times.len()).unwrap_or(USUAL_OF);
                    usual.push(UsualTime { stage, median_ms: u64::try_from(*median).unwrap_or(0), passes });
                }
            }
            Ok(usual)
        })
        .await
    }
}

fn begin(w: &mut Write<'_>, run: RunId, stage: Stage, attempt: u32) -> Result<(), StoreError> {
    let found = existing(w.db, run)?;
    if found.state != RunState::Running {
        return Err(StoreError::Conflict(format!("This run is {} and has no further stages.", name_of(&found.state))));
    }
    close_open(w, run)?;
    if found.stages.iter().map(|stage| stage.attempt).max().is_some_and(|last| last < attempt) {
        w.db.prepare_cached("UPDATE runs SET findings_json = '[]' WHERE id = ?1")?.execute([run.to_string()])?;
    }
    w.db.prepare_cached(
        "INSERT INTO run_stages (run, place, stage, outcome, attempt, started_at)
         VALUES (?1, (SELECT coalesce(max(place), 0) + 1 FROM run_stages WHERE run = ?1), ?2, 'running', ?3, ?4)",
    )?
    .execute(params![run.to_string(), stage.as_str(), attempt, w.now.millis()])?;
    w.emit(EventBody::RunStage { run, stage, outcome: StageOutcome::Running, attempt, millis: None })?;
    Ok(())
}

fn end(w: &mut Write<'_>, run: RunId, stage: Stage, outcome: StageOutcome, findings: &[Finding]) -> Result<u64, StoreError> {
    let open =
        w.db.prepare_cached("SELECT place, attempt, started_at FROM run_stages WHERE run = ?1 AND stage = ?2 AND outcome = 'running'")?
            .query_row(params![run.to_string(), stage.as_str()], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, u32>(1)?, row.get::<_, i64>(2)?))
            })
            .optional()?;
    let (place, attempt, started_at) = open.ok_or(StoreError::NotFound("such stage under way"))?;
    let taken = w.now.millis_since(millis(started_at));
    w.db.prepare_cached("UPDATE run_stages SET outcome = ?3, millis = ?4 WHERE run = ?1 AND place = ?2")?.execute(params![
        run.to_string(),
        place,
        name_of(&outcome),
        i64::try_from(taken).unwrap_or(i64::MAX),
    ])?;
    if !findings.is_empty() || outcome != StageOutcome::Passed {
        w.db.prepare_cached("UPDATE runs SET findings_json = ?2 WHERE id = ?1")?.execute(params![run.to_string(), to_json(&findings)])?;
    }
    w.emit(EventBody::RunStage { run, stage, outcome, attempt, millis: Some(taken) })?;
    Ok(taken)
}

/// A stage that was under way when its run ended, or when control died, has failed.
pub(crate) fn close_open(w: &mut Write<'_>, run: RunId) -> Result<(), StoreError> {
    let open = of(w.db, run)?.into_iter().rfind(|record| record.outcome == StageOutcome::Running);
    if let Some(open) = open {
        let findings = existing(w.db, run)?.findings;
        end(w, run, open.stage, StageOutcome::Failed, &findings)?;
    }
    Ok(())
}

/// A run's stages, oldest first.
pub(crate) fn of(db: &Connection, run: RunId) -> Result<Vec<StageRecord>, StoreError> {
    const T: &str = "run_stages";
    let mut statement =
        db.prepare_cached("SELECT stage, outcome, attempt, started_at, millis FROM run_stages WHERE run = ?1 ORDER BY place LIMIT 200")?;
    let mut rows = statement.query([run.to_string()])?;
    let mut stages = Vec::new();
    while let Some(row) = rows.next()? {
        stages.push(StageRecord {
            stage: named(T, &row.get::<_, String>(0)?, Stage::from_name)?,
            outcome: from_name(T, row.get(1)?)?,
            attempt: row.get(2)?,
            started_at: millis(row.get(3)?),
            millis: row.get::<_, Option<i64>>(4)?.map(|millis| u64::try_from(millis).unwrap_or(0)),
        });
    }
    Ok(stages)
}
