//! A store with a clock that the test sets, and the values most tests need.
#![allow(dead_code)]

use kandra_model::{
    Cause, Moderation, Origin, Presentation, RequestId, Revision, RevisionRecord, RouteSpec, Run, RunId, Slug, Timestamp, VoterId,
};
use kandra_store::{Fit, Limits, NewRequest, NewRun, Options, Store};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

pub struct Rig {
    pub store: Store,
    pub clock: Arc<AtomicI64>,
    pub folder: tempfile::TempDir,
}

pub fn rig() -> Rig {
    rig_with(Limits::default())
}

pub fn rig_with(limits: Limits) -> Rig {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(AtomicI64::new(1_000_000));
    let store = open(folder.path(), &clock, limits);
    Rig { store, clock, folder }
}

pub fn open(folder: &Path, clock: &Arc<AtomicI64>, limits: Limits) -> Store {
    let clock = Arc::clone(clock);
    let options = Options { clock: Arc::new(move || Timestamp::from_millis(clock.load(Ordering::SeqCst))), limits };
    Store::open(&folder.join("kandra.db"), options).unwrap()
}

impl Rig {
    pub fn advance(&self, millis: i64) {
        self.clock.fetch_add(millis, Ordering::SeqCst);
    }

    pub async fn ask(&self, title: &str, author: u32) -> RequestId {
        self.store.create_request(new(title, author)).await.unwrap().id
    }

    pub async fn start(&self, request: RequestId) -> Run {
        self.store.start_run(new_run(Cause::Request { request })).await.unwrap()
    }
}

pub fn voter(number: u32) -> VoterId {
    format!("{number:064x}").parse().unwrap()
}

pub fn new(title: &str, author: u32) -> NewRequest {
    NewRequest {
        title: title.to_owned(),
        details: String::new(),
        author: voter(author),
        fit: Fit::Model,
        moderation: Moderation::Open,
        countdown_ms: 10_000,
    }
}

pub fn new_run(cause: Cause) -> NewRun {
    NewRun { cause, feature: None, title: "Poll".to_owned(), provenance: "from recipe Poll".to_owned(), author: None, draft: None }
}

pub fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

pub fn record(feature: &str, revision: u32, run: RunId) -> RevisionRecord {
    RevisionRecord {
        feature: slug(feature),
        revision: Revision(revision),
        source: format!("{revision:064x}").parse().unwrap(),
        commit: "0".repeat(40),
        run,
        request: None,
        origin: Origin::Recipe { recipe: "Poll".to_owned() },
        message: "first version".to_owned(),
        presentation: Presentation { title: "Tea or coffee".to_owned(), summary: "A poll".to_owned(), ..Presentation::default() },
        routes: vec![RouteSpec { method: "GET".to_owned(), path: "/".to_owned() }],
        mounted: false,
        created_at: Timestamp::from_millis(1),
    }
}
