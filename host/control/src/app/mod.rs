//! What the HTTP API, the pages and the owner act through.

mod error;
mod status;

pub use error::AppError;
pub use status::{Building, Layer, LiveStatus, NextPick, Status, WarmStatus};

use crate::config::Config;
use kandra_model::{Request, RequestId, Revision, Run, RunId, Slug, VoterId};
use kandra_wire::LiveReport;
use std::{collections::BTreeMap, net::SocketAddr};

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Whoever shows the owner's token.
    Owner,
    /// Anybody else, told apart by a keyed hash of the address.
    Visitor(VoterId),
}

/// What a visitor asks for.
#[derive(Clone, Debug)]
pub struct NewRequest {
    /// 3 to 120 characters after trimming.
    pub title: String,
    /// At most 2,000 characters.
    pub details: String,
}

/// A crate that somebody sends.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Path inside the crate to text.
    pub files: BTreeMap<String, String>,
    /// The revision that it was made from; `None` for a new feature.
    pub base_revision: Option<Revision>,
    /// One line, at most 200 characters.
    pub message: String,
}

/// What [`App::rollback`] did.
#[derive(Clone, Debug, serde::Serialize)]
pub struct RolledBack {
    /// The run, when the artifact had to be rebuilt first.
    pub run: Option<RunId>,
    /// The revision that serves, or will.
    pub revision: Revision,
    /// What happens to the data, in one sentence.
    pub data: String,
}

/// One server's state and operations; shared by every worker.
pub struct App {
    config: Config,
}

impl App {
    /// What it was started with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The addresses that are really bound: control's and live's.
    pub fn addresses(&self) -> (SocketAddr, SocketAddr) {
        todo!()
    }

    /// Whether this is the owner's token, compared in constant time.
    pub fn is_owner(&self, _token: &str) -> bool {
        todo!()
    }

    /// Turns true when the server begins to stop: close streams with `retry` then.
    pub fn stopping(&self) -> tokio::sync::watch::Receiver<bool> {
        todo!()
    }

    /// What the status sentence needs.
    pub async fn status(&self) -> Result<Status, AppError> {
        todo!()
    }

    /// Live's own account of itself; waits at most a second.
    pub async fn live_report(&self) -> Result<LiveReport, AppError> {
        todo!()
    }

    /// A token that names this visitor to this feature, signed for live.
    pub fn visitor_token(&self, _feature: &Slug, _visitor: &VoterId) -> String {
        todo!()
    }

    /// The recipe that fits these words, by name, when the offline developer is at work.
    pub fn fitting_recipe(&self, _title: &str, _details: &str) -> Option<String> {
        todo!()
    }

    /// Takes a request in: pending, or held by moderation. Its author counts as its first vote.
    pub async fn submit_request(&self, _actor: &Actor, _new: NewRequest) -> Result<Request, AppError> {
        todo!()
    }

    /// Changes its text before it runs; author or owner.
    pub async fn edit_request(&self, _actor: &Actor, _id: RequestId, _new: NewRequest) -> Result<Request, AppError> {
        todo!()
    }

    /// Takes it back before it runs; author or owner.
    pub async fn withdraw_request(&self, _actor: &Actor, _id: RequestId) -> Result<Request, AppError> {
        todo!()
    }

    /// One vote for each visitor and request; a second one changes nothing.
    pub async fn vote(&self, _voter: &VoterId, _id: RequestId) -> Result<Request, AppError> {
        todo!()
    }

    /// Takes the vote back.
    pub async fn unvote(&self, _voter: &VoterId, _id: RequestId) -> Result<Request, AppError> {
        todo!()
    }

    /// Owner: makes it the next one and does not wait for the countdown. A failed one is tried again.
    pub async fn start_request(&self, _id: RequestId) -> Result<Request, AppError> {
        todo!()
    }

    /// Owner: lets a held request into the queue.
    pub async fn release_request(&self, _id: RequestId) -> Result<Request, AppError> {
        todo!()
    }

    /// Owner: takes it out of everybody else's sight.
    pub async fn hide_request(&self, _id: RequestId) -> Result<Request, AppError> {
        todo!()
    }

    /// Owner: declines it with a reason.
    pub async fn decline_request(&self, _id: RequestId, _reason: &str) -> Result<Request, AppError> {
        todo!()
    }

    /// Owner: makes it part of another, votes included.
    pub async fn merge_request(&self, _id: RequestId, _into: RequestId) -> Result<Request, AppError> {
        todo!()
    }

    /// Takes a crate in; the run is durable when this returns.
    pub async fn submit_feature(&self, _actor: &Actor, _submission: Submission) -> Result<RunId, AppError> {
        todo!()
    }

    /// Tries a crate through the gates up to the probe; nothing is kept.
    pub async fn try_feature(&self, _submission: Submission) -> Result<kandra_model::Contract, AppError> {
        todo!()
    }

    /// Ends a run that is at work; owner, or the author of its request.
    pub async fn cancel_run(&self, _actor: &Actor, _run: RunId) -> Result<Run, AppError> {
        todo!()
    }

    /// Owner: a candidate goes live.
    pub async fn approve(&self, _run: RunId) -> Result<Run, AppError> {
        todo!()
    }

    /// Owner: a candidate does not go live.
    pub async fn reject(&self, _run: RunId, _reason: &str) -> Result<Run, AppError> {
        todo!()
    }

    /// Owner: points the feature at an earlier (or later) revision.
    pub async fn rollback(&self, _feature: &Slug, _revision: Revision) -> Result<RolledBack, AppError> {
        todo!()
    }

    /// Owner: its routes go, its data and history stay.
    pub async fn remove_feature(&self, _feature: &Slug) -> Result<(), AppError> {
        todo!()
    }

    /// Owner: every route answers 503 until it is resumed.
    pub async fn pause_feature(&self, _feature: &Slug) -> Result<(), AppError> {
        todo!()
    }

    /// Owner: serves again; also releases a quarantined feature.
    pub async fn resume_feature(&self, _feature: &Slug) -> Result<(), AppError> {
        todo!()
    }
}
