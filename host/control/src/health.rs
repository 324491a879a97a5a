//! The health rule: a revision that fails again and again soon after it went live makes room for the one before it.

use crate::app::{App, AppError};
use crate::live_handle::{Failed, REMEMBERED_FAULTS};
use kandra_model::{Feature, FeatureState, Revision, Slug, Timestamp};
use std::{collections::HashSet, sync::Arc, time::Duration};

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// So long after it went live a revision is on probation; later it is the owner's to judge.
const PROBATION_MS: i64 = 15 * 60_000;
/// Within so long the failed calls must lie.
const WINDOW_MS: i64 = 60_000;

/// Looks after what has just gone live, until the server ends.
pub(crate) async fn look_after_health(app: Arc<App>) {
    // What was taken back is not gone back to, and not tried twice.
    let mut ill: HashSet<(Slug, Revision)> = HashSet::new();
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        for (slug, failed) in app.live().failing() {
            match take_back(&app, &slug, &failed, &mut ill).await {
                Ok(()) => {}
                Err(error) => tracing::warn!(feature = %slug, %error, "a failing revision could not be taken back"),
            }
        }
    }
}

async fn take_back(app: &Arc<App>, slug: &Slug, failed: &[Failed], ill: &mut HashSet<(Slug, Revision)>) -> Result<(), AppError> {
    let Some(feature) = app.store().feature(slug).await? else { return Ok(()) };
    if !is_ill(&feature, failed, Timestamp::now()) || !ill.insert((slug.clone(), feature.revision)) {
        return Ok(());
    }
    let earlier = (1..feature.revision.0).rev().map(Revision);
    let Some(good) = earlier.into_iter().find(|revision| !ill.contains(&(slug.clone(), *revision))) else { return Ok(()) };
    let newest = failed.last().map_or("", |failed| failed.words.as_str());
    let reason = format!(
        "Revision {} failed {REMEMBERED_FAULTS} calls within a minute and was taken back to {good}. The last: {newest}",
        feature.revision
    );
    tracing::warn!(feature = %slug, from = %feature.revision, to = %good, "a revision failed again and again and is taken back");
    app.rollback(slug, good).await?;
    app.store().set_feature_state(slug, FeatureState::Live, Some(reason.chars().take(300).collect())).await?;
    Ok(())
}

/// Whether the revision that serves is new and has failed as often as is remembered, within the window.
fn is_ill(feature: &Feature, failed: &[Failed], now: Timestamp) -> bool {
    let since = |at: Timestamp| now.millis() - at.millis();
    feature.state == FeatureState::Live
        && since(feature.updated_at) <= PROBATION_MS
        && failed.len() == REMEMBERED_FAULTS
        && failed.iter().all(|one| one.revision == feature.revision && since(one.at) <= WINDOW_MS)
}
