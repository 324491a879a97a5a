//! The status sentence, the ask box and the requests that wait.

use crate::pages::words::Words;
use kandra_model::{Request, RequestState, Timestamp};

/// `9 features live, building Poll, next pick in 0:42`, and what visitors should know beyond it.
#[derive(Clone, Debug, Default)]
pub struct Sentence {
    /// Features that serve.
    pub features: u32,
    /// The title of what is being made.
    pub building: Option<String>,
    /// How many more are.
    pub more: usize,
    /// Requests that wait.
    pub waiting: u32,
    /// When the next one is chosen.
    pub next_pick: Option<Timestamp>,
    /// At most one: the gravest.
    pub notice: Option<Notice>,
}

impl Sentence {
    /// The colour of the dot: `good`, `busy`, `bad`.
    pub fn mood(&self) -> &'static str {
        match &self.notice {
            Some(notice) if notice.tone != "info" => "bad",
            _ if self.building.is_some() => "busy",
            _ => "good",
        }
    }
}

/// Something that visitors should know.
#[derive(Clone, Debug, Default)]
pub struct Notice {
    /// The wording's key under `notice.`: `warming`, `warm_failed`, `starting`, `restarting`, `safe_mode`, `refused`.
    pub key: &'static str,
    /// `info`, `warning` or `danger`.
    pub tone: &'static str,
    /// Parts of the warm build that are ready.
    pub done: u32,
    /// Parts in all; 0 while unknown.
    pub total: u32,
    /// Names of what is missing.
    pub missing: String,
    /// For the operator; folded.
    pub detail: String,
}

impl Notice {
    /// The progress bar's end.
    pub fn max(&self) -> u32 {
        self.total.max(1)
    }

    /// The wording's key of what to do next.
    pub fn next_key(&self) -> &'static str {
        match self.key {
            "warm_failed" => "notice.warm_failed_next",
            "safe_mode" => "notice.safe_mode_next",
            "refused" => "notice.refused_next",
            _ => "",
        }
    }

    /// Whether there is a next step.
    pub fn has_next(&self) -> bool {
        !self.next_key().is_empty()
    }
}

/// The ask box.
#[derive(Clone, Debug)]
pub struct AskView {
    /// `offline`, `anthropic`, `openai`, `none`.
    pub agent: &'static str,
    /// How many recipes the offline developer knows.
    pub recipes: usize,
}

impl AskView {
    /// What stands under the box while it is empty.
    pub fn hint(&self, w: &Words) -> String {
        match self.agent {
            "offline" => w.f("ask.hint_offline", "n", self.recipes),
            "none" => w.t("ask.hint_none").to_owned(),
            _ => w.t("ask.hint_model").to_owned(),
        }
    }

    /// The wording's keys of the examples.
    pub fn chips(&self) -> [&'static str; 6] {
        ["ask.chip.counter", "ask.chip.poll", "ask.chip.list", "ask.chip.countdown", "ask.chip.guestbook", "ask.chip.dice"]
    }
}

/// A request in a list.
#[derive(Clone, Debug)]
pub struct WantView {
    /// Its id.
    pub id: String,
    /// What was asked.
    pub title: String,
    /// Its state's name.
    pub state: &'static str,
    /// Who wants it.
    pub votes: u32,
    /// From 1.
    pub place: Option<u32>,
    /// The fitting recipe.
    pub recipe: Option<String>,
    /// During the countdown of a request into an empty queue.
    pub starts_at: Option<Timestamp>,
}

impl WantView {
    /// From the model; the countdown only while it has not passed.
    pub fn new(request: &Request, now: Timestamp) -> Self {
        Self {
            id: request.id.to_string(),
            title: request.title.clone(),
            state: request.state.as_str(),
            votes: request.votes,
            place: request.place,
            recipe: request.recipe.clone(),
            starts_at: request.starts_at.filter(|at| request.state == RequestState::Pending && *at > now),
        }
    }

    /// Whether a vote still changes something.
    pub fn open_to_votes(&self) -> bool {
        matches!(self.state, "pending" | "needs_model" | "failed" | "held")
    }
}
