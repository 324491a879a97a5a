//! A request's own page.

use super::{RunView, UsualTimes, WantView, card::provenance};
use crate::pages::words::Words;
use kandra_model::{Finding, Origin, Request, RequestState, Run, StageOutcome, StageRecord, Timestamp};

/// One stage of the newest run.
#[derive(Clone, Debug)]
pub struct StageView {
    /// `prompt` … `mount`.
    pub stage: &'static str,
    /// `running`, `passed`, `refused`, `failed`.
    pub outcome: &'static str,
    /// 1, or the repair turn.
    pub attempt: u32,
    /// How long it took, or is taking.
    pub millis: u64,
    /// Still going on since then.
    pub since: Option<Timestamp>,
}

impl StageView {
    /// From the model.
    pub fn new(record: &StageRecord) -> Self {
        Self {
            stage: record.stage.as_str(),
            outcome: match record.outcome {
                StageOutcome::Running => "running",
                StageOutcome::Passed => "passed",
                StageOutcome::Refused => "refused",
                StageOutcome::Failed => "failed",
            },
            attempt: record.attempt,
            millis: record.millis.unwrap_or(0),
            since: (record.outcome == StageOutcome::Running).then_some(record.started_at),
        }
    }
}

/// A request and what became of it.
#[derive(Clone, Debug)]
pub struct RequestView {
    /// As in lists.
    pub want: WantView,
    /// More words of its author.
    pub details: String,
    /// One calm sentence.
    pub reason: Option<String>,
    /// When it was asked.
    pub created_at: Timestamp,
    /// The feature it became: slug and title.
    pub feature: Option<(String, String)>,
    /// The request it was merged into.
    pub merged_into: Option<String>,
    /// The newest run.
    pub run: Option<RunView>,
    /// Its stages.
    pub stages: Vec<StageView>,
    /// What the gates said, newest pass.
    pub findings: Vec<Finding>,
    /// Model calls, tokens in, tokens out.
    pub cost: Option<(u32, u64, u64)>,
    /// Where the source came from.
    pub provenance: String,
    /// Stable code of a failure.
    pub failure_code: Option<String>,
    /// What the newest run promised before its code was written: the text of `contract.toml`.
    pub contract: Option<String>,
}

impl RequestView {
    /// From the model. `feature` is slug and title of what it became.
    pub fn new(request: &Request, run: Option<&Run>, feature: Option<(String, String)>, usual: UsualTimes, now: Timestamp) -> Self {
        let usage = run.map(|run| &run.usage);
        Self {
            want: WantView::new(request, now),
            details: request.details.clone(),
            reason: request.reason.clone().or_else(|| run.and_then(|run| run.failure.clone())).filter(|r| !r.is_empty()),
            created_at: request.created_at,
            feature,
            merged_into: request.merged_into.map(|id| id.to_string()),
            run: run.map(|run| RunView::new(run, request.title.clone(), usual)),
            stages: run.map(|run| run.stages.iter().map(StageView::new).collect()).unwrap_or_default(),
            findings: run.map(|run| run.findings.clone()).unwrap_or_default(),
            cost: usage.filter(|u| u.calls > 0).map(|u| (u.calls, u.input_tokens, u.output_tokens)),
            provenance: run.map(|run| run.provenance.clone()).unwrap_or_default(),
            failure_code: run.and_then(|run| run.failure_code.clone()),
            contract: run.and_then(|run| run.contract.clone()),
        }
    }

    /// The state's own sentence, when nobody gave a reason.
    pub fn note(&self, w: &Words) -> String {
        self.reason.clone().unwrap_or_else(|| w.of("request_note", self.want.state))
    }

    /// Whether it can still be changed by its author.
    pub fn changeable(&self) -> bool {
        ["pending", "held", "needs_model"].contains(&self.want.state)
    }

    /// Whether the attempt is at work.
    pub fn running(&self) -> bool {
        self.want.state == RequestState::Running.as_str()
    }

    /// Whether it failed.
    pub fn failed(&self) -> bool {
        self.want.state == RequestState::Failed.as_str()
    }

    /// Whether it waits for the owner's approval.
    pub fn waits_for_approval(&self) -> bool {
        self.want.state == RequestState::Waiting.as_str()
    }

    /// Model calls, tokens sent and received, in words.
    pub fn cost_words(&self, w: &Words) -> String {
        match self.cost {
            Some((calls, input, output)) => {
                w.f("request.cost", "calls", calls).replace("{input}", &w.number(input)).replace("{output}", &w.number(output))
            }
            None => w.t("request.no_cost").to_owned(),
        }
    }
}

/// The provenance of a revision, for lists.
pub(super) fn origin_words(origin: &Origin, w: &Words) -> String {
    provenance(origin, w)
}
