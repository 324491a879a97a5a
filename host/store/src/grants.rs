//! Which hosts the owner lets a feature call. A removed feature keeps none.

use crate::StoreError;
use crate::engine::{Store, Write};
use crate::features;
use crate::rows::parse;
use kandra_model::{EventBody, FeatureState, HostName, Slug};
use rusqlite::{Connection, params};

/// Hosts that one feature may be granted; its manifest names no more.
const MAX_GRANTS: usize = 16;

impl Store {
    /// The hosts that a feature may call, by name.
    pub async fn grants(&self, feature: &Slug) -> Result<Vec<HostName>, StoreError> {
        let feature = feature.clone();
        self.read(move |db| list(db, &feature)).await
    }

    /// Makes these the hosts that a feature may call.
    pub async fn set_grants(&self, feature: &Slug, hosts: Vec<HostName>) -> Result<Vec<HostName>, StoreError> {
        self.change_grants(feature, move |_| hosts).await
    }

    /// Lets a feature call one host more.
    pub async fn grant(&self, feature: &Slug, host: HostName) -> Result<Vec<HostName>, StoreError> {
        self.change_grants(feature, move |mut hosts| {
            hosts.push(host);
            hosts
        })
        .await
    }

    /// Takes one host back.
    pub async fn revoke(&self, feature: &Slug, host: HostName) -> Result<Vec<HostName>, StoreError> {
        self.change_grants(feature, move |mut hosts| {
            hosts.retain(|granted| *granted != host);
            hosts
        })
        .await
    }

    async fn change_grants(
        &self,
        feature: &Slug,
        change: impl FnOnce(Vec<HostName>) -> Vec<HostName> + Send + 'static,
    ) -> Result<Vec<HostName>, StoreError> {
        let feature = feature.clone();
        self.write(move |w| {
            features::find(w.db, &feature)?
                .filter(|found| found.state != FeatureState::Removed)
                .ok_or(StoreError::NotFound("such feature"))?;
            let before = list(w.db, &feature)?;
            let mut hosts = change(before.clone());
            hosts.sort();
            hosts.dedup();
            if hosts.len() > MAX_GRANTS {
                return Err(StoreError::Conflict(format!("A feature may call at most {MAX_GRANTS} hosts; revoke one first.")));
            }
            if hosts != before {
                replace(w, &feature, &hosts)?;
            }
            Ok(hosts)
        })
        .await
    }
}

/// What a feature that is removed had been granted goes with it: whoever brings it back is asked again.
pub(crate) fn forget(w: &mut Write<'_>, feature: &Slug) -> Result<(), StoreError> {
    if list(w.db, feature)?.is_empty() { Ok(()) } else { replace(w, feature, &[]) }
}

fn replace(w: &mut Write<'_>, feature: &Slug, hosts: &[HostName]) -> Result<(), StoreError> {
    w.db.execute("DELETE FROM grants WHERE feature = ?1", [feature.as_str()])?;
    for host in hosts {
        w.db.prepare_cached("INSERT INTO grants (feature, host, at) VALUES (?1, ?2, ?3)")?.execute(params![
            feature.as_str(),
            host.as_str(),
            w.now.millis()
        ])?;
    }
    w.emit(EventBody::GrantsChanged { feature: feature.clone(), hosts: hosts.to_vec() })?;
    Ok(())
}

fn list(db: &Connection, feature: &Slug) -> Result<Vec<HostName>, StoreError> {
    let mut statement = db.prepare_cached("SELECT host FROM grants WHERE feature = ?1 ORDER BY host")?;
    let rows = statement.query_map([feature.as_str()], |row| row.get::<_, String>(0))?;
    rows.map(|host| parse("grants", &host?)).collect()
}
