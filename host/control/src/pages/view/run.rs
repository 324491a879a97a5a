//! A run as five steps: Understand, Write, Check, Build, Try.

use crate::pages::words::Words;
use kandra_model::{Cause, Run, RunState, Stage, StageOutcome, Timestamp};

/// The five steps that visitors see.
const STEPS: [&str; 5] = ["understand", "write", "check", "build", "try"];

/// The step that a stage belongs to. The prompt is `understand` until the plan is there.
pub fn step_of(stage: Stage, planned: bool) -> usize {
    match stage {
        Stage::Prompt if !planned => 0,
        Stage::Prompt => 1,
        Stage::Source | Stage::Lint => 2,
        Stage::Build | Stage::Inspect => 3,
        Stage::Probe | Stage::Commit | Stage::Load | Stage::Mount => 4,
    }
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepView {
    /// `understand`, `write`, `check`, `build`, `try`.
    pub name: &'static str,
    /// `todo`, `now`, `done`, `failed`.
    pub state: &'static str,
}

/// How long a run of a kind usually takes, milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsualTimes {
    /// With the developer at work.
    pub written: Option<u64>,
    /// Edits, submissions, rebuilds: gates only.
    pub gates: Option<u64>,
}

impl UsualTimes {
    /// Sums of the stages' medians.
    pub fn from_medians(medians: &[(Stage, u64)]) -> Self {
        let sum = |written: bool| {
            let mut counted = medians.iter().filter(|(stage, _)| written || *stage != Stage::Prompt).map(|(_, millis)| *millis).peekable();
            counted.peek()?;
            Some(counted.sum())
        };
        Self { written: sum(true), gates: sum(false) }
    }
}

/// A run on a page.
#[derive(Clone, Debug)]
pub struct RunView {
    /// Its id.
    pub id: String,
    /// The request's or the feature's title.
    pub title: String,
    /// `request`, `edit`, `submission`, `deletion`, `rebuild`, `optimise`.
    pub cause: &'static str,
    /// `running`, `succeeded`, `failed`, `cancelled`, `waiting`.
    pub state: &'static str,
    /// The request it answers.
    pub request: Option<String>,
    /// The feature, once known.
    pub feature: Option<String>,
    /// The developer's sentence.
    pub plan: String,
    /// The sentence of a failure.
    pub failure: Option<String>,
    /// Always five.
    pub steps: Vec<StepView>,
    /// 1, or the repair turn.
    pub attempt: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How long such a run usually takes.
    pub usual_ms: Option<u64>,
}

impl RunView {
    /// From the model.
    pub fn new(run: &Run, title: String, usual: UsualTimes) -> Self {
        let (cause, request) = match &run.cause {
            Cause::Request { request } => ("request", Some(request.to_string())),
            Cause::Edit => ("edit", None),
            Cause::Submission => ("submission", None),
            Cause::Deletion => ("deletion", None),
            Cause::Rebuild => ("rebuild", None),
            Cause::Optimise => ("optimise", None),
        };
        Self {
            id: run.id.to_string(),
            title,
            cause,
            state: state_name(run.state),
            usual_ms: if request.is_some() { usual.written } else { usual.gates },
            request,
            feature: run.feature.as_ref().map(|slug| slug.as_str().to_owned()),
            plan: run.plan.clone().unwrap_or_default(),
            failure: run.failure.clone(),
            steps: steps(run),
            attempt: run.stages.iter().map(|stage| stage.attempt).max().unwrap_or(1),
            started_at: run.started_at,
            ended_at: run.ended_at,
        }
    }

    /// Milliseconds from begin to end.
    pub fn total_ms(&self) -> u64 {
        self.ended_at.map_or(0, |end| end.millis_since(self.started_at))
    }

    /// Where a click leads.
    pub fn link(&self) -> Option<String> {
        match (&self.request, &self.feature) {
            (_, Some(feature)) if self.state == "succeeded" => Some(format!("/#card-{feature}")),
            (Some(request), _) => Some(format!("/requests/{request}")),
            (None, Some(feature)) => Some(format!("/features/{feature}")),
            (None, None) => None,
        }
    }

    /// How it ended, in one sentence.
    pub fn outcome(&self, w: &Words) -> String {
        match self.state {
            "succeeded" => w.f("build.done", "title", &self.title),
            "failed" => self.failure.clone().unwrap_or_else(|| w.f("build.failed", "title", &self.title)),
            "cancelled" => w.f("build.cancelled", "title", &self.title),
            "waiting" => w.f("build.waiting", "title", &self.title),
            _ => self.plan.clone(),
        }
    }
}

pub(super) fn state_name(state: RunState) -> &'static str {
    match state {
        RunState::Running => "running",
        RunState::Succeeded => "succeeded",
        RunState::Failed => "failed",
        RunState::Cancelled => "cancelled",
        RunState::Waiting => "waiting",
    }
}

fn steps(run: &Run) -> Vec<StepView> {
    let newest = run.stages.last();
    let at = match newest {
        Some(record) => {
            let step = step_of(record.stage, run.plan.is_some());
            let finished = record.outcome == StageOutcome::Passed;
            let last_of_step = matches!(record.stage, Stage::Prompt | Stage::Lint | Stage::Inspect | Stage::Mount);
            if finished && last_of_step { step + 1 } else { step }
        }
        None => 0,
    };
    let ended_badly = matches!(run.state, RunState::Failed | RunState::Cancelled);
    let all_done = run.state == RunState::Succeeded;
    STEPS
        .into_iter()
        .enumerate()
        .map(|(index, name)| StepView {
            name,
            state: match index.cmp(&at) {
                _ if all_done => "done",
                std::cmp::Ordering::Less => "done",
                std::cmp::Ordering::Equal if ended_badly => "failed",
                std::cmp::Ordering::Equal if run.state == RunState::Running => "now",
                _ => "todo",
            },
        })
        .collect()
}
