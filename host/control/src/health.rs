//! The health rule: a revision that fails again and again soon after it first went live makes room for the one that served
//! before it.

use crate::app::{App, AppError};
use crate::live_handle::{Failed, REMEMBERED_FAULTS};
use kandra_model::{EventBody, FeatureState, Revision, Slug, Timestamp};
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// So long after it first went live a revision is on probation; later it is the owner's to judge.
const PROBATION: Duration = Duration::from_secs(15 * 60);
/// Within so long the failed calls must lie.
const WINDOW_MS: i64 = 60_000;
/// The most revisions of a feature that are remembered.
const REMEMBERED: usize = 64;

/// What has served of one feature since this process began, each revision once, in the order in which it first did.
#[derive(Debug, Default)]
struct Served {
    revisions: Vec<Revision>,
    /// When the newest first served; `None` when that was before this process.
    since: Option<Instant>,
    /// Which revision served before the newest first did.
    before: Option<Revision>,
    now: Option<Revision>,
}

impl Served {
    fn serves(&mut self, revision: Revision, at: Option<Instant>) {
        let before = self.now.replace(revision);
        if before == Some(revision) || self.revisions.contains(&revision) {
            return;
        }
        if self.revisions.len() == REMEMBERED {
            self.revisions.remove(0);
        }
        self.revisions.push(revision);
        (self.since, self.before) = (at, before);
    }

    /// The revision to go back to, when the one that serves is the newest, on probation, and something served before it.
    fn before_the_newest(&self, now: Instant) -> Option<(Revision, Revision)> {
        let newest = *self.revisions.last()?;
        let young = self.since.is_some_and(|since| now.duration_since(since) <= PROBATION);
        (young && self.now == Some(newest)).then_some((newest, self.before?))
    }
}

/// Looks after what has just gone live, until the server ends.
pub(crate) async fn look_after_health(app: Arc<App>) {
    let mut events = app.store().events();
    let mut served: HashMap<Slug, Served> = HashMap::new();
    for feature in app.store().all_features().await.unwrap_or_default() {
        served.entry(feature.slug).or_default().serves(feature.revision, None);
    }
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        loop {
            match events.try_recv() {
                Ok(event) => {
                    if let EventBody::FeatureMounted { feature, revision, .. } = &event.body {
                        served.entry(feature.clone()).or_default().serves(*revision, Some(Instant::now()));
                    }
                }
                Err(tokio::sync::broadcast::error::TryRecvError::Lagged(_)) => {}
                Err(tokio::sync::broadcast::error::TryRecvError::Empty) => break,
                Err(tokio::sync::broadcast::error::TryRecvError::Closed) => return,
            }
        }
        for (slug, failed) in app.live().failing() {
            let Some((newest, before)) = served.get(&slug).and_then(|served| served.before_the_newest(Instant::now())) else { continue };
            if !is_ill(newest, &failed, Timestamp::now()) {
                continue;
            }
            // Once, whatever comes of it: what it goes back to is not on probation.
            if let Some(served) = served.get_mut(&slug) {
                served.since = None;
            }
            if let Err(error) = take_back(&app, &slug, newest, before, &failed).await {
                tracing::warn!(feature = %slug, %error, "a failing revision could not be taken back");
            }
        }
    }
}

async fn take_back(app: &Arc<App>, slug: &Slug, newest: Revision, before: Revision, failed: &[Failed]) -> Result<(), AppError> {
    let serves = app.store().feature(slug).await?.is_some_and(|f| f.state == FeatureState::Live && f.revision == newest);
    if !serves {
        return Ok(());
    }
    tracing::warn!(feature = %slug, from = %newest, to = %before, "a revision failed again and again and is taken back");
    let rolled = app.rollback(slug, before).await?;
    if let Some(run) = rolled.run {
        tracing::warn!(feature = %slug, %run, "the revision before has to be built again first");
        return Ok(());
    }
    let last = failed.last().map_or("", |failed| failed.words.as_str());
    let reason =
        format!("Revision {newest} failed {REMEMBERED_FAULTS} calls within a minute and was taken back to {before}. The last: {last}");
    app.store().set_feature_state(slug, FeatureState::Live, Some(reason.chars().take(300).collect())).await?;
    app.ask_for_repair(slug, newest, &evidence(newest, before, failed)).await
}

/// What happened, for whoever repairs it: one line for each call.
fn evidence(newest: Revision, before: Revision, failed: &[Failed]) -> String {
    let calls: String = failed.iter().map(|failed| format!("- {}\n", failed.words.chars().take(300).collect::<String>())).collect();
    format!("Revision {newest} failed {} calls within a minute and was taken back to revision {before}:\n{calls}", failed.len())
}

/// Whether the revision has failed as often as is remembered, within the window.
fn is_ill(revision: Revision, failed: &[Failed], now: Timestamp) -> bool {
    let recent = |one: &Failed| now.millis() - one.at.millis() <= WINDOW_MS;
    failed.len() == REMEMBERED_FAULTS && failed.iter().all(|one| one.revision == revision && recent(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_back_to_what_served_before_and_only_once() {
        let now = Instant::now();
        let mut served = Served::default();
        served.serves(Revision(1), None);
        assert_eq!(served.before_the_newest(now), None, "older than this process");
        served.serves(Revision(2), Some(now));
        assert_eq!(served.before_the_newest(now), Some((Revision(2), Revision(1))));
        // The owner took 2 back; 3 followed, in two builds.
        served.serves(Revision(1), Some(now));
        assert_eq!(served.before_the_newest(now), None, "1 has proved itself");
        served.serves(Revision(3), Some(now));
        served.serves(Revision(3), Some(now));
        assert_eq!(served.before_the_newest(now), Some((Revision(3), Revision(1))));
        assert_eq!(served.before_the_newest(now + PROBATION + LOOK_EVERY), None);
        served.serves(Revision(1), Some(now));
        assert_eq!(served.before_the_newest(now), None);
    }

    #[test]
    fn five_failures_of_one_revision_within_a_minute_make_it_ill() {
        let failed = |revision, at| Failed { revision: Revision(revision), at: Timestamp::from_millis(at), words: String::new() };
        let now = Timestamp::from_millis(100_000);
        assert!(is_ill(Revision(2), &[(); 5].map(|()| failed(2, 50_000)), now));
        assert!(!is_ill(Revision(2), &[(); 4].map(|()| failed(2, 50_000)), now));
        assert!(!is_ill(Revision(2), &[1, 2, 2, 2, 2].map(|revision| failed(revision, 50_000)), now));
        assert!(!is_ill(Revision(2), &[39_999, 50_000, 50_000, 50_000, 50_000].map(|at| failed(2, at)), now));
    }
}
