//! A server's state without its processes: stores on disk, the offline developer, a live process that is not there.

use super::{App, Parts};
use crate::config::Config;
use crate::live_handle::{self, LiveEnd};
use crate::logs::LogWriter;
use crate::outgoing::{Outgoing, Secrets};
use crate::startup::{Home, HomeLock, OwnerToken, VisitorKey};
use kandra_agent::{Agent, AgentConfig, AgentKind, Patience};
use kandra_model::{Origin, Presentation, Revision, RevisionRecord, RunId, Slug, Tier, Timestamp};
use kandra_store::{CommitAuthor, Mount, Options, Store, Trail, TrailOptions};
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, watch};

/// An app over a temporary home.
pub(crate) struct Rig {
    pub app: Arc<App>,
    /// The owner's token.
    pub token: String,
    /// What live would receive.
    pub live: LiveEnd,
    _lock: HomeLock,
    _wishes: mpsc::Receiver<crate::supervisor::Wish>,
    _folder: tempfile::TempDir,
}

/// With the usual configuration, changed by `change`.
pub(crate) fn rig(change: impl FnOnce(&mut Config)) -> Rig {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut config = Config::new(folder.path().join("home"), "kandra".into(), folder.path().join("cache"));
    change(&mut config);
    let (home, lock) = Home::open(&config.home).expect("a fresh home");
    let owner = OwnerToken::load(&home).expect("a fresh token");
    let token = owner.fresh().expect("made just now").to_owned();
    let visitors = VisitorKey::load(&home).expect("a fresh key");
    let store = Store::open(&home.database(), Options::default()).expect("a fresh database");
    let committer = CommitAuthor { name: "Kandra".to_owned(), email: "kandra@localhost".to_owned() };
    let trail = TrailOptions { git_dir: home.git(), work_tree: home.root().join("world"), committer };
    let trail = Trail::open(trail).expect("a fresh git directory");
    let agent = AgentConfig { kind: Some(AgentKind::Offline), api_key: None, base_url: None, model: None, patience: Patience::default() };
    let agent = Agent::from_config(agent).expect("the offline developer needs nothing");
    let logs = LogWriter::start(home.logs()).expect("a thread");
    let (handle, live) = live_handle::pair();
    let (wishes, wished) = mpsc::channel(1);
    let (stopping, _) = watch::channel(false);
    let addresses = ("127.0.0.1:8080".parse().expect("an address"), "127.0.0.1:8081".parse().expect("an address"));
    let secrets = Arc::new(Secrets::load(&home).expect("a fresh file of secrets"));
    let outgoing = Arc::new(Outgoing::new(store.clone(), secrets).expect("a client"));
    let mounts = Arc::new(Mutex::new(()));
    let app = App::new(Parts {
        config,
        home,
        addresses,
        owner,
        visitors,
        store,
        trail,
        agent,
        live: handle,
        logs,
        mounts,
        wishes,
        stopping,
        outgoing,
    });
    Rig { app, token, live, _lock: lock, _wishes: wished, _folder: folder }
}

/// Mounts a new revision of a feature that declares these, as the pipeline does.
pub(crate) async fn mounted(store: &Store, slug: &str, capabilities: &[&str], hosts: &[&str]) {
    let slug: Slug = slug.parse().expect("a slug");
    let before = store.revisions(&slug, 1, None).await.expect("a list").items;
    let revision = Revision(before.first().map_or(1, |record| record.revision.0 + 1));
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let title = format!("A {slug}");
    let record = RevisionRecord {
        feature: slug.clone(),
        revision,
        source: format!("{:064x}", revision.0).parse().expect("a hash"),
        commit: "c".repeat(40),
        run: RunId::generate(),
        request: None,
        origin: Origin::Hand,
        message: "x".to_owned(),
        presentation: Presentation { title, capabilities: owned(capabilities), hosts: owned(hosts), ..Presentation::default() },
        routes: Vec::new(),
        mounted: false,
        created_at: Timestamp::from_millis(0),
    };
    store.record_revision(record).await.expect("a revision");
    let artifact = format!("{:064x}", revision.0).parse().expect("a hash");
    store.mount(Mount { feature: slug, revision, artifact, tier: Tier::Quick, run: None }).await.expect("a mount");
}
