//! `serve`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `serve`. Each option is also KANDRA_* in the environment and a line of kandra.toml.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kandra serve                                     everything on this machine only, offline recipes
  ANTHROPIC_API_KEY=… kandra serve                 a model writes what no recipe covers
  kandra serve --listen 0.0.0.0:8080 --live-listen 0.0.0.0:8081   for the local network
  kandra serve --public-url https://kandra.example --live-public-url 'https://{slug}.live.example' --trusted-proxies 127.0.0.1

Options win over KANDRA_* variables, those over kandra.toml, those over the defaults.")]
pub struct Serve {
    /// Where everything is kept [default: ./.kandra]
    #[arg(long, env = "KANDRA_HOME", value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// A configuration file [default: ./kandra.toml when it exists]
    #[arg(long, env = "KANDRA_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the dashboard and the API listen; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, env = "KANDRA_LISTEN", value_name = "ADDR")]
    pub listen: Option<String>,
    /// Where features are served [default: 127.0.0.1:8081]
    #[arg(long, env = "KANDRA_LIVE_LISTEN", value_name = "ADDR")]
    pub live_listen: Option<String>,
    /// The dashboard's address as browsers see it [default: as the request's Host says]
    #[arg(long, env = "KANDRA_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// The features' address as browsers see it; may contain {slug}
    #[arg(long, env = "KANDRA_LIVE_PUBLIC_URL", value_name = "URL")]
    pub live_public_url: Option<String>,
    /// Whose forwarding headers are believed
    #[arg(long, env = "KANDRA_TRUSTED_PROXIES", value_name = "CIDR,…", value_delimiter = ',')]
    pub trusted_proxies: Option<Vec<String>>,
    /// Who writes features [default: anthropic when ANTHROPIC_API_KEY is set, else offline]
    #[arg(long, env = "KANDRA_AGENT", value_name = "AGENT")]
    pub agent: Option<AgentKind>,
    /// The model's id
    #[arg(long, env = "KANDRA_MODEL", value_name = "ID")]
    pub model: Option<String>,
    /// Seconds that the model may stay silent before it is asked again [default: 60]
    #[arg(long, env = "KANDRA_MODEL_TIMEOUT", value_name = "SECS")]
    pub model_timeout: Option<u64>,
    /// Seconds between two looks at the queue [default: 60]
    #[arg(long, env = "KANDRA_INTERVAL", value_name = "SECS")]
    pub interval: Option<u64>,
    /// Leading zeros of a visitor's proof of work, 0 to 8 [default: 4]
    #[arg(long, env = "KANDRA_DIFFICULTY", value_name = "N")]
    pub difficulty: Option<u8>,
    /// Whether the owner approves revisions [default: auto on this machine, large elsewhere]
    #[arg(long, env = "KANDRA_APPROVAL", value_name = "WHEN")]
    pub approval: Option<Approval>,
    /// Which requests the owner sees first [default: open]
    #[arg(long, env = "KANDRA_MODERATION", value_name = "WHICH")]
    pub moderation: Option<Moderation>,
    /// A folder of feature crates that a new home starts with [default: ./generated in a checkout]
    #[arg(long, env = "KANDRA_FEATURES_FROM", value_name = "DIR")]
    pub features_from: Option<PathBuf>,
    /// Live's worker threads [default: one for each core, at least 4]
    #[arg(long, env = "KANDRA_LIVE_WORKERS", value_name = "N")]
    pub live_workers: Option<u32>,
    /// Run strangers' code although a required sandbox layer is missing on this machine
    #[arg(long, env = "KANDRA_DANGEROUSLY_RUN_STRANGERS_CODE_UNCONFINED")]
    pub dangerously_run_strangers_code_unconfined: bool,
}

/// `--agent`
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum AgentKind {
    Offline,
    Anthropic,
    Openai,
    None,
}

/// `--approval`
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Approval {
    Auto,
    Large,
    Always,
}

/// `--moderation`
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Moderation {
    Open,
    First,
    All,
}
