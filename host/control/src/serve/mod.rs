//! One server, from its sockets to its last answer.

mod sockets;
mod stop;
mod web;

use crate::{
    app::{App, Parts},
    config::{AgentSettings, Config, ConfigError, Progress},
    health, live_handle, observer,
    outgoing::{Outgoing, Secrets},
    pipeline,
    startup::{self, Home, HomeLock, OwnerToken, Publication, Published, StartError, VisitorKey},
    supervisor::{JailLauncher, Supervisor},
    watcher, workshop,
};
use kandra_agent::{Agent, AgentConfig, AgentKind, Patience, Secret};
use kandra_jail::Cancel;
use kandra_store::{CommitAuthor, Options, Store, StoreError, Trail, TrailError, TrailOptions};
use kandra_wire::LiveOptions;
use sockets::Sockets;
use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, mpsc, watch},
    task::JoinHandle,
};

pub use sockets::BindError;
pub use stop::Ended;

/// Why a server did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The configuration cannot work.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The home cannot be used.
    #[error(transparent)]
    Start(#[from] StartError),
    /// An address cannot be listened on.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// kandra.db cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// world.git cannot be used.
    #[error(transparent)]
    Trail(#[from] TrailError),
    /// The developer cannot be set up.
    #[error(transparent)]
    Agent(#[from] kandra_agent::ConfigError),
    /// The provider is not part of this Kandra.
    #[error("--agent {0} is not part of this version; choose anthropic, offline or none")]
    UnknownAgent(&'static str),
    /// The client of features' outgoing calls cannot be set up.
    #[error("features' outgoing calls cannot be set up: {0}")]
    Outgoing(#[source] reqwest::Error),
    /// The HTTP server failed.
    #[error("the HTTP server failed: {0}")]
    Http(#[source] std::io::Error),
    /// A thread or a signal handler could not be set up.
    #[error("the system refused a thread or a signal handler: {0}")]
    System(#[source] std::io::Error),
}

/// What the terminal is told while a server starts and runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// It answers at these addresses.
    Listening {
        /// The dashboard, as a browser on this machine opens it.
        url: String,
        /// The features.
        live_url: String,
        /// Where everything is kept.
        home: PathBuf,
    },
    /// The owner's token was made; it is shown this once.
    OwnerToken {
        /// The token.
        token: String,
        /// The file that keeps it.
        file: PathBuf,
    },
    /// The one-time warm build got on.
    Warm(crate::app::WarmStatus),
    /// Crates in a checkout's `generated/` that this home does not have.
    Offered(Vec<kandra_model::Slug>),
    /// A signal came: it finishes what it is doing.
    Stopping,
}

/// Hears notices; called from any thread and must not block.
pub type Listener = Arc<dyn Fn(Notice) + Send + Sync>;

/// Runs a server until a signal stops it.
pub async fn serve(config: Config, listener: Listener) -> Result<Ended, ControlError> {
    config.validate()?;
    let tell: Listener = match config.progress {
        Progress::Show => listener,
        Progress::Quiet => Arc::new(|_| ()),
    };
    let signals = stop::Signals::listen().map_err(ControlError::System)?;
    let server = Server::start(config, &tell).await?;
    server.run(signals, &tell).await
}

/// A server that answers.
struct Server {
    app: Arc<App>,
    http: actix_web::dev::Server,
    supervisor: JoinHandle<()>,
    tasks: Vec<JoinHandle<()>>,
    warming: Cancel,
    publication: Publication,
    lock: HomeLock,
}

impl Server {
    /// Everything that must be there before the first answer; what may take long begins in the background.
    async fn start(config: Config, tell: &Listener) -> Result<Self, ControlError> {
        let root = config.home.clone();
        let (home, lock) =
            tokio::task::spawn_blocking(move || Home::open(&root)).await.map_err(|error| ControlError::System(error.into()))??;
        let sockets = Sockets::bind(config.listen, config.live_listen).await?;
        let addresses = (sockets.control_address, sockets.live_address);
        let owner = OwnerToken::load(&home)?;
        let visitors = VisitorKey::load(&home)?;
        let secrets = Arc::new(Secrets::load(&home)?);
        let (store, trail) = open_stores(&home).await?;
        let outgoing = Arc::new(Outgoing::new(store.clone(), secrets).map_err(ControlError::Outgoing)?);
        let agent = Agent::from_config(agent_config(&config.agent)?)?;
        let logs = crate::logs::LogWriter::start(home.logs()).map_err(ControlError::System)?;
        let (live, end) = live_handle::pair();
        let launcher = Arc::new(JailLauncher {
            exe: config.exe.clone(),
            options: live_options(&config, &home, addresses, visitors.public()),
            listener: sockets.live,
        });
        let mounts = Arc::new(Mutex::new(()));
        let (wishes, wished) = mpsc::channel(4);
        let (stopping, stop) = watch::channel(false);
        let (unrestored_sender, unrestored) = mpsc::unbounded_channel();
        let supervisor = Supervisor {
            launcher,
            end,
            store: store.clone(),
            logs: logs.clone(),
            outgoing: Arc::clone(&outgoing),
            mounts: Arc::clone(&mounts),
            unrestored: unrestored_sender,
            stop,
            wishes: wished,
            replaced_at: None,
        };
        let app = App::new(Parts {
            config,
            home,
            addresses,
            owner,
            visitors,
            store,
            trail,
            agent,
            live,
            logs,
            mounts,
            wishes,
            stopping,
            outgoing,
        });
        // Takes the home's runs up before anything new can begin.
        if let Err(error) = pipeline::take_up(&app).await {
            tracing::error!(%error, "the last state could not be taken up completely");
        }
        let supervisor = tokio::spawn(supervisor.run());
        let http = web::run(&app, sockets.control).map_err(ControlError::Http)?;
        let publication = startup::publish(app.home(), &published(&app))?;
        announce(&app, tell);
        let warming = Cancel::new();
        let tasks = vec![
            tokio::spawn(workshop::warm(Arc::clone(&app), warming.clone())),
            tokio::spawn(tell_of_warming(Arc::clone(&app), Arc::clone(tell))),
            tokio::spawn(observer::observe(Arc::clone(&app))),
            tokio::spawn(pipeline::look_after_builds(Arc::clone(&app), unrestored)),
            tokio::spawn(pipeline::collect_garbage(Arc::clone(&app))),
            tokio::spawn(health::look_after_health(Arc::clone(&app))),
            tokio::spawn(offer_and_watch(Arc::clone(&app), Arc::clone(tell))),
        ];
        Ok(Self { app, http, supervisor, tasks, warming, publication, lock })
    }
}

async fn open_stores(home: &Home) -> Result<(Store, Trail), ControlError> {
    let (database, git, tree) = (home.database(), home.git(), home.root().join("world"));
    let committer = CommitAuthor { name: "Kandra".to_owned(), email: "kandra@localhost".to_owned() };
    let opened = tokio::task::spawn_blocking(move || {
        let store = Store::open(&database, Options::default())?;
        let trail = Trail::open(TrailOptions { git_dir: git, work_tree: tree, committer })?;
        Ok((store, trail))
    });
    opened.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

fn agent_config(settings: &AgentSettings) -> Result<AgentConfig, ControlError> {
    let (kind, model) = match settings {
        AgentSettings::Offline => (AgentKind::Offline, None),
        AgentSettings::None => (AgentKind::None, None),
        AgentSettings::Anthropic(model) => (AgentKind::Anthropic, Some(model)),
        AgentSettings::OpenAi(_) => return Err(ControlError::UnknownAgent("openai")),
    };
    let mut patience = Patience::default();
    if let Some(secs) = model.and_then(|model| model.silence_secs) {
        patience.silence = Duration::from_secs(secs);
    }
    Ok(AgentConfig {
        kind: Some(kind),
        api_key: model.and_then(|model| Secret::new(&model.api_key)),
        base_url: model.and_then(|model| model.base_url.clone()),
        model: model.and_then(|model| model.model.clone()),
        patience,
    })
}

fn live_options(config: &Config, home: &Home, (control, live): (SocketAddr, SocketAddr), visitor_key: String) -> LiveOptions {
    let cores = std::thread::available_parallelism().map_or(4, usize::from);
    LiveOptions {
        features: home.features(),
        artifacts: home.artifacts(),
        workers: config.live_workers.unwrap_or_else(|| u32::try_from(cores.max(4)).unwrap_or(4)).max(1),
        public_url: config.public_url.as_ref().map(ToString::to_string),
        control_port: control.port(),
        live_public_url: config.live_public_url.as_ref().map(ToString::to_string),
        live_port: live.port(),
        trusted_proxies: config.trusted_proxies.iter().map(ToString::to_string).collect(),
        visitor_key,
        missing_layers: config.missing_layers,
    }
}

fn published(app: &App) -> Published {
    Published {
        schema: 1,
        pid: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        url: startup::local_url(app.address()),
        live_url: startup::local_url(app.live_address()),
        listen: app.address(),
        live_listen: app.live_address(),
        started_at: app.started_at(),
    }
}

fn announce(app: &App, tell: &Listener) {
    let (url, live_url) = (startup::local_url(app.address()), startup::local_url(app.live_address()));
    tell(Notice::Listening { url, live_url, home: app.home().root().to_owned() });
    if let Some(token) = app.owner_token().fresh() {
        tell(Notice::OwnerToken { token: token.to_owned(), file: app.home().run().join("owner.token") });
    }
}

async fn tell_of_warming(app: Arc<App>, tell: Listener) {
    let mut status = app.workshop().watch();
    loop {
        let now = status.borrow_and_update().clone();
        let finished = now.finished;
        if now != crate::app::WarmStatus::default() {
            tell(Notice::Warm(now));
        }
        if finished || status.changed().await.is_err() {
            return;
        }
    }
}

async fn offer_and_watch(app: Arc<App>, tell: Listener) {
    for (what, done) in [("filled again", watcher::refill(&app).await), ("filled from a checkout", watcher::offer(&app).await)] {
        if let Err(error) = done {
            tracing::error!(%error, "the folder of sources could not be {what}");
        }
    }
    let offered = app.offered();
    if !offered.is_empty() {
        tell(Notice::Offered(offered));
    }
    watcher::watch(app).await;
}
