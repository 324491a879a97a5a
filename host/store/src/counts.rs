//! How many of each there are: for the status sentence and the metrics.

use crate::StoreError;
use crate::engine::Store;
use rusqlite::Connection;
use std::collections::BTreeMap;

/// Numbers by state; a state without any is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests by [`kandra_model::RequestState`].
    pub requests: BTreeMap<String, u64>,
    /// Runs by [`kandra_model::RunState`].
    pub runs: BTreeMap<String, u64>,
    /// Features by [`kandra_model::FeatureState`].
    pub features: BTreeMap<String, u64>,
    /// Events ever written.
    pub events: u64,
}

impl Store {
    /// The present numbers.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        self.read(|db| {
            let events: i64 = db
                .prepare_cached("SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)")?
                .query_row([], |row| row.get(0))?;
            Ok(Counts {
                requests: by_state(db, "requests")?,
                runs: by_state(db, "runs")?,
                features: by_state(db, "features")?,
                events: u64::try_from(events).unwrap_or(0),
            })
        })
        .await
    }
}

fn by_state(db: &Connection, table: &str) -> Result<BTreeMap<String, u64>, StoreError> {
    let mut statement = db.prepare_cached(&format!("SELECT state, count(*) FROM {table} GROUP BY state"))?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))?;
    rows.map(|row| {
        let (state, count) = row?;
        Ok((state, u64::try_from(count).unwrap_or(0)))
    })
    .collect()
}
