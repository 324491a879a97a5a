//! What a start finds: runs that were cut off, and commits that kandra.db does not know.

use crate::StoreError;
use crate::engine::Store;
use crate::features::{find as find_feature, unmounted};
use crate::revisions;
use crate::runs::{RunQuery, list};
use crate::stages;
use kandra_model::{FeatureState, Revision, RevisionRecord, Run, RunState, Slug};

/// What reconciling with git changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Revisions that were committed and not recorded; now recorded as not mounted.
    pub recorded: Vec<(Slug, Revision)>,
    /// Revisions in kandra.db whose commit git does not have. Their source is lost; nothing is deleted.
    pub missing: Vec<(Slug, Revision)>,
}

impl Store {
    /// Runs that were at work when control ended, oldest first; their open stages are closed as failed. Each goes on
    /// from its draft, if it has one, else from the beginning.
    pub async fn interrupted_runs(&self) -> Result<Vec<Run>, StoreError> {
        self.write(|w| {
            let mut runs = Vec::new();
            let mut query = RunQuery { states: vec![RunState::Running], limit: 100, ..RunQuery::default() };
            loop {
                let page = list(w.db, &query)?;
                for run in page.items {
                    stages::close_open(w, run.id)?;
                    runs.push(run.id);
                }
                match page.next {
                    Some(next) => query.after = Some(next),
                    None => break,
                }
            }
            runs.reverse();
            runs.into_iter().map(|id| crate::runs::existing(w.db, id)).collect()
        })
        .await
    }

    /// Compares kandra.db with the revisions that git holds ([`crate::Trail::revisions`]).
    pub async fn reconcile(&self, committed: Vec<RevisionRecord>) -> Result<Reconciled, StoreError> {
        self.write(move |w| {
            let mut outcome = Reconciled::default();
            for record in &committed {
                if revisions::find(w.db, &record.feature, record.revision)?.is_some() {
                    continue;
                }
                revisions::insert(w, &RevisionRecord { mounted: false, ..record.clone() })?;
                w.db.prepare_cached("UPDATE runs SET revision = ?2, feature = ?3 WHERE id = ?1")?.execute(rusqlite::params![
                    record.run.to_string(),
                    record.revision.0,
                    record.feature.as_str()
                ])?;
                if find_feature(w.db, &record.feature)?.is_none_or(|feature| feature.state == FeatureState::NotMounted) {
                    unmounted(w, &record.feature, record.revision, "It was saved when the server stopped and has not been mounted yet.")?;
                }
                outcome.recorded.push((record.feature.clone(), record.revision));
            }
            let known: std::collections::BTreeSet<_> = committed.iter().map(|record| (record.feature.clone(), record.revision)).collect();
            outcome.missing = all_revisions(w.db)?.into_iter().filter(|found| !known.contains(found)).collect();
            Ok(outcome)
        })
        .await
    }
}

fn all_revisions(db: &rusqlite::Connection) -> Result<Vec<(Slug, Revision)>, StoreError> {
    let mut statement = db.prepare_cached("SELECT feature, revision FROM revisions ORDER BY feature, revision")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u32>(1)?)))?;
    rows.map(|row| {
        let (feature, revision) = row?;
        Ok((crate::rows::parse("revisions", &feature)?, Revision(revision)))
    })
    .collect()
}
