//! What happened lately, from the event log.

use crate::pages::words::Words;
use kandra_model::{Event, EventBody, FeatureState, LiveCondition, RequestState, RunState, Tier, Timestamp};

/// One line.
#[derive(Clone, Debug)]
pub struct ActivityView {
    /// The event's number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// The wording's key under `activity.`.
    pub key: &'static str,
    /// `good`, `plain`, `bad`.
    pub tone: &'static str,
    /// A stranger's or a feature's title; may be empty.
    pub title: String,
    /// Where the title leads.
    pub link: Option<String>,
    /// For keys with a number.
    pub number: u32,
}

impl ActivityView {
    /// What visitors want to know of; stages, votes and library unloads are not among it.
    pub fn new(event: &Event, title_of: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let line =
            |key, tone, title: &str, link, number| Self { id: event.id.0, at: event.at, key, tone, title: title.to_owned(), link, number };
        let request_link = |id: &kandra_model::RequestId| Some(format!("/requests/{id}"));
        Some(match &event.body {
            EventBody::RequestCreated { state: RequestState::Held, .. } => return None,
            EventBody::RequestCreated { request, title, .. } => line("asked", "plain", title, request_link(request), 0),
            EventBody::RequestChanged { request, title, state: RequestState::Declined, .. } => {
                line("declined", "plain", title, request_link(request), 0)
            }
            EventBody::RequestChanged { request, title, state: RequestState::Failed, .. } => {
                line("failed", "bad", title, request_link(request), 0)
            }
            EventBody::RequestChanged { request, title, state: RequestState::Waiting, .. } => {
                line("waiting", "plain", title, request_link(request), 0)
            }
            EventBody::FeatureMounted { feature, title, new: true, .. } => {
                line("mounted", "good", title, Some(format!("/features/{feature}")), 0)
            }
            EventBody::FeatureMounted { feature, title, tier: Tier::Optimised, .. } => {
                line("optimised", "good", title, Some(format!("/features/{feature}")), 0)
            }
            EventBody::FeatureMounted { feature, title, revision, .. } => {
                line("revised", "good", title, Some(format!("/features/{feature}")), revision.0)
            }
            EventBody::FeatureRemoved { title, .. } => line("removed", "plain", title, None, 0),
            EventBody::FeatureChanged { feature, state, .. } => {
                let key = match state {
                    FeatureState::Paused => "paused",
                    FeatureState::Quarantined => "quarantined",
                    FeatureState::NotMounted => "unmounted",
                    FeatureState::Live => "resumed",
                    FeatureState::Rebuilding | FeatureState::Removed => return None,
                };
                let tone = if *state == FeatureState::Live { "good" } else { "bad" };
                let title = title_of(feature.as_str()).unwrap_or_else(|| feature.as_str().to_owned());
                line(key, tone, &title, Some(format!("/features/{feature}")), 0)
            }
            EventBody::RunEnded { request: None, feature: Some(feature), state: RunState::Failed, .. } => {
                let title = title_of(feature.as_str()).unwrap_or_else(|| feature.as_str().to_owned());
                line("failed", "bad", &title, Some(format!("/features/{feature}")), 0)
            }
            EventBody::LiveChanged { condition, .. } => match condition {
                LiveCondition::Serving => line("live_back", "good", "", None, 0),
                LiveCondition::Restarting => line("live_gone", "bad", "", None, 0),
                LiveCondition::SafeMode => line("live_safe", "bad", "", None, 0),
                LiveCondition::Starting => return None,
            },
            EventBody::LiveReplaced { .. } => line("live_replaced", "good", "", None, 0),
            _ => return None,
        })
    }

    /// What stands before and after the title.
    pub fn around(&self, w: &Words) -> (String, String) {
        let sentence = w.f(&format!("activity.{}", self.key), "n", self.number);
        match sentence.split_once("{title}") {
            Some((before, after)) => (before.to_owned(), after.to_owned()),
            None => (sentence, String::new()),
        }
    }
}
