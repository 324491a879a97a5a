//! What a revision finds of its feature's data when it begins to serve.

use super::MountError;
use crate::{
    feature::Feature,
    operation::SQL,
    sql::{MAX_MIGRATIONS, MOST_MIGRATION, MigrationError},
};
use kandra_model::{Presentation, Timestamp};

/// What becomes of the SQL data at a mount.
#[derive(Clone, Copy, Debug)]
pub(super) enum Data {
    Stays,
    /// To what they were when the database had the shape that the revision knows.
    GoesBack,
}

/// Opens what the feature may use. Here rather than in a worker: it waits for the disk. Answers when the copy was made from
/// which data were brought back, if they were.
pub(super) fn open(
    feature: &Feature,
    presentation: &Presentation,
    migrations: &[String],
    data: Data,
) -> Result<Option<Timestamp>, MountError> {
    let may = |name: &str| presentation.capabilities.iter().any(|capability| capability == name);
    if may("kv") {
        feature.store().map_err(|e| MountError::Storage(e.to_string()))?;
    }
    if may(SQL) {
        feature.database().map_err(|e| MountError::Storage(e.to_string()))?;
    }
    let restored = match data {
        Data::Stays => None,
        Data::GoesBack => restore_data(feature, presentation, migrations)?,
    };
    migrate(feature, presentation, migrations)?;
    Ok(restored)
}

/// Brings back the data that a revision's SQL database held when it had its shape.
fn restore_data(feature: &Feature, presentation: &Presentation, migrations: &[String]) -> Result<Option<Timestamp>, MountError> {
    if !presentation.capabilities.iter().any(|c| c == SQL) {
        return Err(MountError::Migration("this revision has no SQL database, so there are no data to bring back".to_owned()));
    }
    let database = feature.database().map_err(|e| MountError::Storage(e.to_string()))?;
    let made = database.restore(migrations).map_err(|error| match error {
        error @ MigrationError::NoCopy => MountError::Migration(error.to_string()),
        error => MountError::Storage(error.to_string()),
    })?;
    Ok(made.map(|made| {
        let since = made.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }))
}

/// Brings the feature's SQL database to the shape that a new revision needs. The old one may still use it: its statements
/// wait meanwhile, and migrations only add.
fn migrate(feature: &Feature, presentation: &Presentation, migrations: &[String]) -> Result<(), MountError> {
    if migrations.is_empty() {
        return Ok(());
    }
    let refuse = |reason: &str| Err(MountError::Migration(reason.to_owned()));
    if !presentation.capabilities.iter().any(|c| c == SQL) {
        return refuse("migrations need the capability `sql` in Cargo.toml");
    }
    if migrations.len() > MAX_MIGRATIONS {
        return refuse("there are more than 200 migrations");
    }
    if migrations.iter().any(|text| text.len() > MOST_MIGRATION) {
        return refuse("a migration is longer than 16 KiB; use several");
    }
    let database = feature.database().map_err(|e| MountError::Storage(e.to_string()))?;
    match database.migrate(migrations) {
        Ok(0) => Ok(()),
        Ok(count) => {
            tracing::info!(feature = %feature.slug, count, "migrations were run");
            Ok(())
        }
        Err(error @ MigrationError::Step { .. }) => Err(MountError::Migration(error.to_string())),
        Err(error) => Err(MountError::Storage(error.to_string())),
    }
}
