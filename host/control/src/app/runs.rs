//! Runs: cancelled, approved, rejected.

use super::{App, AppError};
use crate::pipeline::{self, Why};
use kandra_model::{Cause, RequestState, Run, RunId, RunState};
use kandra_store::{Actor, RunEnd};
use std::{sync::Arc, time::Duration};

impl App {
    /// Ends a run that is at work; owner, or whoever asked for it.
    pub async fn cancel_run(&self, actor: &Actor, id: RunId) -> Result<Run, AppError> {
        let run = self.existing_run(id).await?;
        if let Actor::Visitor(visitor) = actor {
            let (_, author) = self.store().run_title_and_author(id).await?.ok_or_else(|| AppError::missing("run", id))?;
            let asked = match run.cause {
                Cause::Request { request } => self.store().is_author(request, visitor).await?,
                _ => false,
            };
            if !asked && author.as_ref() != Some(visitor) {
                return Err(AppError::Forbidden("Only the visitor who asked, or the owner, may cancel this run."));
            }
        }
        let sentence = match actor {
            Actor::Owner => "The owner cancelled it.",
            Actor::Visitor(_) => "It was cancelled by the visitor who asked for it.",
        };
        match run.state {
            RunState::Running => {
                if self.active().stop(id, &Why::Cancelled(sentence.to_owned())) {
                    // It may be past the point of no return; the answer says how it really ended.
                    let _ = tokio::time::timeout(Duration::from_secs(3), self.active().ended(id)).await;
                } else {
                    self.end(id, RunState::Cancelled, RequestState::Failed, sentence, "cancelled").await?;
                }
            }
            RunState::Waiting => self.end(id, RunState::Cancelled, RequestState::Declined, sentence, "cancelled").await?,
            RunState::Succeeded | RunState::Failed | RunState::Cancelled => return Err(AppError::RunState("has ended already")),
        }
        self.existing_run(id).await
    }

    /// Owner: a candidate goes live.
    pub async fn approve(self: &Arc<Self>, id: RunId) -> Result<Run, AppError> {
        self.refuse_when_stopping()?;
        self.candidate(id).await?;
        if let Some(draft) = self.store().draft(id).await? {
            self.refuse_when_pinned(&draft.slug).await?;
        }
        self.remember_approval(id).await?;
        let run = self.store().resume_run(id).await?;
        pipeline::spawn(self, &run);
        Ok(run)
    }

    /// Owner: a candidate does not go live.
    pub async fn reject(&self, id: RunId, reason: &str) -> Result<Run, AppError> {
        self.candidate(id).await?;
        let reason = pipeline::one_line(reason, 300);
        let sentence =
            if reason.is_empty() { "The owner did not approve it.".to_owned() } else { format!("The owner did not approve it: {reason}") };
        self.end(id, RunState::Failed, RequestState::Declined, &sentence, "rejected").await?;
        self.existing_run(id).await
    }

    async fn candidate(&self, id: RunId) -> Result<Run, AppError> {
        let run = self.store().run(id).await?.ok_or_else(|| AppError::missing("candidate", id))?;
        if run.state == RunState::Waiting { Ok(run) } else { Err(AppError::RunState("does not wait for approval")) }
    }

    async fn existing_run(&self, id: RunId) -> Result<Run, AppError> {
        self.store().run(id).await?.ok_or_else(|| AppError::missing("run", id))
    }

    async fn end(&self, id: RunId, state: RunState, request: RequestState, sentence: &str, code: &str) -> Result<(), AppError> {
        let end = RunEnd { state, request: Some(request), failure: Some(sentence.to_owned()), failure_code: Some(code.to_owned()) };
        self.store().end_run(id, end).await?;
        Ok(())
    }
}
