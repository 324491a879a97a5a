//! Requests: asked, changed, voted for, moderated.

use super::{App, AppError};
use crate::pipeline;
use kandra_agent::observer::COUNTDOWN_MILLIS;
use kandra_model::{Cause, Moderation, Repairs, Request, RequestId, RequestState, Revision, Slug, VoterId};
use kandra_store::{Actor, Fit, NewRepair, NewRequest, NewRun, RequestEdit, Viewer};
use std::sync::Arc;

/// The most characters of a title and of the details.
const MAX_TITLE: usize = 120;
const MAX_DETAILS: usize = 2_000;

/// What a visitor asks for, in words that are bounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestText {
    title: String,
    details: String,
}

impl RequestText {
    /// Trims and checks: a title of 3 to 120 characters on one line, details of at most 2,000.
    pub fn new(title: &str, details: &str) -> Result<Self, AppError> {
        let invalid = |field, message: &str| AppError::Invalid { field, message: message.to_owned() };
        let title: String = title.split_whitespace().collect::<Vec<_>>().join(" ");
        let details = details.trim().replace("\r\n", "\n");
        if title.chars().count() < 3 {
            return Err(invalid("title", "say in 3 to 120 characters what this page should be able to do"));
        }
        if title.chars().count() > MAX_TITLE {
            return Err(invalid("title", "is longer than 120 characters; put the rest into the details"));
        }
        if details.chars().count() > MAX_DETAILS {
            return Err(invalid("details", "are longer than 2,000 characters; ask for one thing at a time"));
        }
        let control = |c: char| c.is_control() && c != '\n' && c != '\t';
        if title.chars().any(char::is_control) || details.chars().any(control) {
            return Err(invalid("title", "holds characters that cannot be shown; type it again as plain text"));
        }
        Ok(Self { title, details })
    }
}

impl App {
    fn developer_says(&self, text: &RequestText) -> Fit {
        match self.agent().fit(&text.title, &text.details) {
            Some(fit) => Fit::Recipe(fit.recipe.to_string()),
            None if self.agent().can_try(&text.title, &text.details) => Fit::Model,
            None => Fit::Nothing,
        }
    }

    /// Takes a request in: pending, held by moderation, or waiting for a model. Its author counts as its first vote.
    pub async fn submit_request(&self, actor: &Actor, author: &VoterId, text: RequestText) -> Result<Request, AppError> {
        self.refuse_when_stopping()?;
        let moderation = if *actor == Actor::Owner { Moderation::Open } else { self.config().moderation };
        let fit = self.developer_says(&text);
        let RequestText { title, details } = text;
        let new = NewRequest { title, details, author: author.clone(), fit, moderation, countdown_ms: COUNTDOWN_MILLIS };
        let request = self.store().create_request(new).await?;
        self.observer().look();
        Ok(request)
    }

    /// Asks for the repair of a revision that failed in use, unless that is asked for already.
    pub(crate) async fn ask_for_repair(&self, feature: &Slug, revision: Revision, evidence: &str) -> Result<(), AppError> {
        let title = self.revision(feature, revision).await?.presentation.title;
        let fit = if self.agent().model().is_some() { Fit::Model } else { Fit::Nothing };
        let new = NewRepair {
            title: format!("Repair {title}").chars().take(MAX_TITLE).collect(),
            details: evidence.chars().take(MAX_DETAILS).collect(),
            repairs: Repairs { feature: feature.clone(), revision },
            fit,
        };
        self.store().create_repair(new).await?;
        self.observer().look();
        Ok(())
    }

    /// Changes its text before it runs; author or owner.
    pub async fn edit_request(&self, actor: &Actor, id: RequestId, text: RequestText) -> Result<Request, AppError> {
        let fit = self.developer_says(&text);
        let RequestText { title, details } = text;
        let request = self.store().edit_request(id, actor.clone(), RequestEdit { title, details, fit }).await?;
        self.observer().look();
        Ok(request)
    }

    /// Takes it back before it runs; author or owner.
    pub async fn withdraw_request(&self, actor: &Actor, id: RequestId) -> Result<Request, AppError> {
        let request = self.store().withdraw_request(id, actor.clone()).await?;
        self.observer().look();
        Ok(request)
    }

    /// One vote for each visitor and request; a second one changes nothing.
    pub async fn vote(&self, voter: &VoterId, id: RequestId) -> Result<Request, AppError> {
        let request = self.store().vote(id, voter).await?;
        self.observer().look();
        Ok(request)
    }

    /// Takes the vote back.
    pub async fn unvote(&self, voter: &VoterId, id: RequestId) -> Result<Request, AppError> {
        Ok(self.store().unvote(id, voter).await?)
    }

    /// Owner: starts it at once, whatever its place and countdown. A failed one is tried again.
    pub async fn start_request(self: &Arc<Self>, id: RequestId) -> Result<Request, AppError> {
        self.refuse_when_stopping()?;
        let request = self.store().request(id, Viewer::Owner).await?.ok_or_else(|| AppError::missing("request", id))?;
        let request = if request.state == RequestState::Pending { request } else { self.store().end_countdown(id).await? };
        self.begin_request(&request).await?;
        self.store().request(id, Viewer::Owner).await?.ok_or_else(|| AppError::missing("request", id))
    }

    /// Starts the run of a pending request.
    pub(crate) async fn begin_request(self: &Arc<Self>, request: &Request) -> Result<(), AppError> {
        let provenance = match (&request.recipe, self.agent().model()) {
            (Some(recipe), _) => format!("from recipe {recipe}"),
            (None, Some(model)) => format!("written by {model}"),
            (None, None) => "not written yet".to_owned(),
        };
        let new = NewRun {
            cause: Cause::Request { request: request.id },
            feature: None,
            title: request.title.clone(),
            provenance,
            author: None,
            draft: None,
        };
        let run = self.store().start_run(new).await?;
        pipeline::spawn(self, &run);
        Ok(())
    }

    /// Owner: lets everybody see a held or hidden request; a held one joins the queue.
    pub async fn show_request(&self, id: RequestId) -> Result<Request, AppError> {
        let request = self.store().request(id, Viewer::Owner).await?.ok_or_else(|| AppError::missing("request", id))?;
        let fit = self.developer_says(&RequestText { title: request.title, details: request.details });
        let request = self.store().show_request(id, fit).await?;
        self.observer().look();
        Ok(request)
    }

    /// Owner: takes it out of everybody else's sight; a pending one is held.
    pub async fn hide_request(&self, id: RequestId) -> Result<Request, AppError> {
        Ok(self.store().hide_request(id).await?)
    }

    /// Owner: declines it, with a reason of 1 to 300 characters that everybody can read.
    pub async fn decline_request(&self, id: RequestId, reason: &str) -> Result<Request, AppError> {
        let reason = pipeline::one_line(reason, 300);
        if reason.is_empty() {
            return Err(AppError::Invalid { field: "reason", message: "say in one sentence why, for whoever asked".to_owned() });
        }
        Ok(self.store().decline_request(id, &reason).await?)
    }

    /// Owner: makes it part of another, votes included. Answers with the other.
    pub async fn merge_request(&self, id: RequestId, into: RequestId) -> Result<Request, AppError> {
        Ok(self.store().merge_request(id, into).await?)
    }

    pub(crate) fn refuse_when_stopping(&self) -> Result<(), AppError> {
        if self.is_stopping() { Err(AppError::Stopping) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::RequestText;

    #[test]
    fn words_are_trimmed_and_bounded() {
        let text = RequestText::new("  a  counter\n that counts ", " one \r\n two ").unwrap();
        assert_eq!((text.title.as_str(), text.details.as_str()), ("a counter that counts", "one \n two"));
        let long = "é".repeat(120);
        RequestText::new(&long, &"ü".repeat(2_000)).unwrap();
        for (title, details) in [("ab", ""), (&*"x".repeat(121), ""), ("abc", &*"x".repeat(2_001)), ("a\u{7}bc", ""), ("abc", "x\u{0}")] {
            assert!(RequestText::new(title, details).is_err(), "{title:?}");
        }
    }
}
