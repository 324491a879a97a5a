//! Everything that is fixed when the server starts. The command line fills it; [`Config::validate`] judges it.

mod network;
mod origin;

pub use network::Network;
pub use origin::Origin;

pub use kandra_model::Moderation;
pub use kandra_wire::MissingLayers;
use std::{fmt, net::SocketAddr, path::PathBuf};

/// Who has to agree before a revision that passed the gates goes live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Approval {
    /// Nobody.
    Auto,
    /// The owner, when the change is large: much source, a changed contract, or new capabilities.
    Large,
    /// The owner, always.
    Always,
}

/// Which developer writes the crates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AgentSettings {
    /// The recipes that come with Kandra; needs no network and no key.
    #[default]
    Offline,
    /// Anthropic's Messages API.
    Anthropic(ModelSettings),
    /// An API of OpenAI's chat format.
    OpenAi(ModelSettings),
    /// Nobody: only hand edits and submissions.
    None,
}

/// Where and how a model is asked.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ModelSettings {
    /// The key; never shown or logged.
    pub api_key: String,
    /// The provider's address; its public one when absent.
    pub base_url: Option<String>,
    /// The model's id; the provider's default of this Kandra when absent.
    pub model: Option<String>,
    /// How many seconds it may stay silent before it is asked again; the agent's default when absent.
    pub silence_secs: Option<u64>,
}

impl fmt::Debug for ModelSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelSettings").field("base_url", &self.base_url).field("model", &self.model).finish_non_exhaustive()
    }
}

/// What the terminal is told while the server starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    /// Addresses, the owner's token at first start, the warm build.
    #[default]
    Show,
    /// Nothing but errors.
    Quiet,
}

/// The configuration of one server.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where everything is kept.
    pub home: PathBuf,
    /// The `kandra` binary that is started again for the child roles.
    pub exe: PathBuf,
    /// Where the warm build is kept, shared by all homes.
    pub cache: PathBuf,
    /// Where control listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where live listens; port 0 takes a free one.
    pub live_listen: SocketAddr,
    /// The origin under which browsers reach control; `None`: as the request's `Host` says.
    pub public_url: Option<Origin>,
    /// The origin under which browsers reach live; may contain `{slug}`.
    pub live_public_url: Option<Origin>,
    /// Whose forwarding headers are believed.
    pub trusted_proxies: Vec<Network>,
    /// Who writes.
    pub agent: AgentSettings,
    /// Seconds between two looks at the queue.
    pub interval_secs: u64,
    /// Leading zeros of a proof of work; 0 asks for none.
    pub difficulty: u8,
    /// `None`: [`Approval::Auto`] on loopback, [`Approval::Large`] elsewhere.
    pub approval: Option<Approval>,
    /// Which requests are held.
    pub moderation: Moderation,
    /// What to do when a required layer of a jail is missing.
    pub missing_layers: MissingLayers,
    /// A folder of crates that a new home starts with.
    pub features_from: Option<PathBuf>,
    /// Live's worker threads; `None`: one for each core, at least 4.
    pub live_workers: Option<u32>,
    /// What the terminal is told.
    pub progress: Progress,
}

/// Why a configuration cannot be served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A page that others can reach with widgets that they cannot.
    #[error(
        "--listen {listen} can be reached from other machines but --live-listen {live} cannot, so their widgets would stay empty; \
         give --live-listen an address of this machine too, or --live-public-url the address of a proxy in front of it"
    )]
    LiveUnreachable {
        /// Control's.
        listen: SocketAddr,
        /// Live's.
        live: SocketAddr,
    },
    /// Both on one port.
    #[error(
        "--listen and --live-listen are both {0}; features need an address of their own, so that browsers keep them apart from the dashboard"
    )]
    SameAddress(SocketAddr),
    /// Both under one origin.
    #[error("--public-url and --live-public-url are both {0}; features need an origin of their own")]
    SameOrigin(String),
    /// A placeholder in control's origin.
    #[error("--public-url {0} must not contain {{slug}}; only --live-public-url may")]
    SlugInPublicUrl(String),
    /// Out of range.
    #[error("--interval {0} is not between 1 and 86400 seconds")]
    Interval(u64),
    /// Out of range.
    #[error("--difficulty {0} is above 8: a browser would take hours")]
    Difficulty(u8),
    /// Out of range.
    #[error("--model-timeout {0} is not between 1 and 600 seconds")]
    ModelTimeout(u64),
    /// A provider without a key.
    #[error("--agent {agent} needs a key; set {variable}, or choose --agent offline")]
    NoKey {
        /// The provider.
        agent: &'static str,
        /// The environment variable that holds its key.
        variable: &'static str,
    },
    /// Not an origin.
    #[error("{0:?} is not an origin such as https://kandra.example or http://192.168.1.5:8080 (no path)")]
    Origin(String),
    /// Not a network.
    #[error("{0:?} is not an address or a network such as 10.0.0.0/8 or fd00::/8")]
    Network(String),
}

impl Config {
    /// The defaults of SURFACE over this home, run by this binary.
    pub fn new(home: PathBuf, exe: PathBuf, cache: PathBuf) -> Self {
        Self {
            home,
            exe,
            cache,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            live_listen: SocketAddr::from(([127, 0, 0, 1], 8081)),
            public_url: None,
            live_public_url: None,
            trusted_proxies: Vec::new(),
            agent: AgentSettings::Offline,
            interval_secs: 60,
            difficulty: 4,
            approval: None,
            moderation: Moderation::Open,
            missing_layers: MissingLayers::Refuse,
            features_from: None,
            live_workers: None,
            progress: Progress::Show,
        }
    }

    /// Refuses what would start and then not work.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let (listen, live) = (self.listen, self.live_listen);
        if listen == live && listen.port() != 0 {
            return Err(ConfigError::SameAddress(listen));
        }
        if !listen.ip().is_loopback() && live.ip().is_loopback() && self.live_public_url.is_none() {
            return Err(ConfigError::LiveUnreachable { listen, live });
        }
        if let Some(origin) = self.public_url.as_ref().filter(|o| o.per_feature()) {
            return Err(ConfigError::SlugInPublicUrl(origin.to_string()));
        }
        if let (Some(ours), Some(lives)) = (&self.public_url, &self.live_public_url)
            && ours == lives
        {
            return Err(ConfigError::SameOrigin(ours.to_string()));
        }
        if !(1..=86_400).contains(&self.interval_secs) {
            return Err(ConfigError::Interval(self.interval_secs));
        }
        if self.difficulty > 8 {
            return Err(ConfigError::Difficulty(self.difficulty));
        }
        let key_is_missing = |settings: &ModelSettings| settings.api_key.trim().is_empty();
        let silence = |settings: &ModelSettings| settings.silence_secs.filter(|secs| !(1..=600).contains(secs));
        match &self.agent {
            AgentSettings::Anthropic(settings) if key_is_missing(settings) => {
                Err(ConfigError::NoKey { agent: "anthropic", variable: "ANTHROPIC_API_KEY" })
            }
            AgentSettings::OpenAi(settings) if key_is_missing(settings) => {
                Err(ConfigError::NoKey { agent: "openai", variable: "OPENAI_API_KEY" })
            }
            AgentSettings::Anthropic(settings) | AgentSettings::OpenAi(settings) => {
                silence(settings).map_or(Ok(()), |secs| Err(ConfigError::ModelTimeout(secs)))
            }
            AgentSettings::Offline | AgentSettings::None => Ok(()),
        }
    }

    /// Whether only this machine can reach control and live.
    pub fn is_loopback_only(&self) -> bool {
        self.listen.ip().is_loopback() && self.live_listen.ip().is_loopback() && self.public_url.is_none()
    }

    pub(crate) const fn jail_missing_layers(&self) -> kandra_jail::MissingLayers {
        match self.missing_layers {
            MissingLayers::Refuse => kandra_jail::MissingLayers::Refuse,
            MissingLayers::Allow => kandra_jail::MissingLayers::Allow,
        }
    }

    /// The approval that applies.
    pub fn approval(&self) -> Approval {
        self.approval.unwrap_or(if self.is_loopback_only() { Approval::Auto } else { Approval::Large })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config::new("home".into(), "kandra".into(), "cache".into())
    }

    #[test]
    fn the_defaults_are_valid_and_approve_by_themselves() {
        config().validate().unwrap();
        assert_eq!(config().approval(), Approval::Auto);
    }

    #[test]
    fn another_address_asks_for_approval_and_for_a_reachable_live() {
        let mut config = config();
        config.listen = "0.0.0.0:8080".parse().unwrap();
        assert!(matches!(config.validate(), Err(ConfigError::LiveUnreachable { .. })));
        config.live_listen = "0.0.0.0:8081".parse().unwrap();
        config.validate().unwrap();
        assert_eq!(config.approval(), Approval::Large);
        config.approval = Some(Approval::Auto);
        assert_eq!(config.approval(), Approval::Auto);
    }

    #[test]
    fn what_cannot_work_is_refused() {
        let with = |change: fn(&mut Config)| {
            let mut config = config();
            change(&mut config);
            config.validate().unwrap_err()
        };
        assert!(matches!(with(|c| c.live_listen = c.listen), ConfigError::SameAddress(_)));
        assert!(matches!(with(|c| c.interval_secs = 0), ConfigError::Interval(0)));
        assert!(matches!(with(|c| c.difficulty = 9), ConfigError::Difficulty(9)));
        assert!(matches!(with(|c| c.agent = AgentSettings::Anthropic(ModelSettings::default())), ConfigError::NoKey { .. }));
        assert!(matches!(with(|c| c.public_url = Some("https://{slug}.example".parse().unwrap())), ConfigError::SlugInPublicUrl(_)));
        let same = with(|c| {
            c.public_url = Some("https://a.example".parse().unwrap());
            c.live_public_url = Some("https://a.example/".parse().unwrap());
        });
        assert!(matches!(same, ConfigError::SameOrigin(_)));
    }

    #[test]
    fn a_key_is_never_printed() {
        let settings = ModelSettings { api_key: "sk-secret".into(), ..ModelSettings::default() };
        assert!(!format!("{:?}", AgentSettings::Anthropic(settings)).contains("secret"));
    }
}
