//! `kandra.toml` and its place between the environment and the defaults.

use crate::{
    args::{self, AgentKind},
    exit::{Code, CodedError},
};
use anyhow::{Context, Result};
use kandra_control::{AgentSettings, Approval, Config, MissingLayers, ModelSettings, Moderation};
use serde::Deserialize;
use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// What the file may say; anything else is refused.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    home: Option<PathBuf>,
    listen: Option<String>,
    live_listen: Option<String>,
    public_url: Option<String>,
    live_public_url: Option<String>,
    trusted_proxies: Option<Vec<String>>,
    agent: Option<AgentKind>,
    model: Option<String>,
    model_timeout: Option<u64>,
    interval: Option<u64>,
    difficulty: Option<u8>,
    approval: Option<args::Approval>,
    moderation: Option<args::Moderation>,
    features_from: Option<PathBuf>,
    live_workers: Option<u32>,
}

const DEFAULT_FILE: &str = "kandra.toml";

/// The server's configuration: flag, then environment, then file, then default.
pub fn resolve(flags: args::Serve) -> Result<Config> {
    let file = read(flags.config.as_deref())?;
    let home = flags.home.or(file.home).unwrap_or_else(|| "./.kandra".into());
    let home = std::path::absolute(&home).with_context(|| format!("{} cannot be a home", home.display()))?;
    let mut config = Config::new(home, env::current_exe().context("cannot find my own file")?, cache()?);
    if let Some(text) = flags.listen.or(file.listen) {
        config.listen = address("--listen", &text)?;
    }
    if let Some(text) = flags.live_listen.or(file.live_listen) {
        config.live_listen = address("--live-listen", &text)?;
    }
    config.public_url = flags.public_url.or(file.public_url).map(|text| text.parse()).transpose().map_err(usage)?;
    config.live_public_url = flags.live_public_url.or(file.live_public_url).map(|text| text.parse()).transpose().map_err(usage)?;
    let proxies = flags.trusted_proxies.or(file.trusted_proxies).unwrap_or_default();
    config.trusted_proxies = proxies.iter().map(|text| text.parse().map_err(usage)).collect::<Result<_>>()?;
    config.agent = agent(flags.agent.or(file.agent), flags.model.or(file.model), flags.model_timeout.or(file.model_timeout));
    config.interval_secs = flags.interval.or(file.interval).unwrap_or(config.interval_secs);
    config.difficulty = flags.difficulty.or(file.difficulty).unwrap_or(config.difficulty);
    config.approval = flags.approval.or(file.approval).map(|approval| match approval {
        args::Approval::Auto => Approval::Auto,
        args::Approval::Large => Approval::Large,
        args::Approval::Always => Approval::Always,
    });
    config.moderation = match flags.moderation.or(file.moderation) {
        None | Some(args::Moderation::Open) => Moderation::Open,
        Some(args::Moderation::First) => Moderation::First,
        Some(args::Moderation::All) => Moderation::All,
    };
    config.features_from = flags.features_from.or(file.features_from).or_else(checkout_features);
    config.live_workers = flags.live_workers.or(file.live_workers);
    if flags.dangerously_run_strangers_code_unconfined {
        config.missing_layers = MissingLayers::Allow;
    }
    config.validate().map_err(usage)?;
    Ok(config)
}

fn usage(error: impl std::fmt::Display) -> anyhow::Error {
    CodedError::error(Code::Usage, error.to_string())
}

fn read(path: Option<&Path>) -> Result<File> {
    let (path, required) = path.map_or((Path::new(DEFAULT_FILE), false), |path| (path, true));
    match fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).map_err(|e| usage(format!("{}: {e}", path.display()))),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && !required => Ok(File::default()),
        Err(e) => Err(usage(format!("{}: {e}", path.display()))),
    }
}

fn address(option: &str, text: &str) -> Result<std::net::SocketAddr> {
    text.parse().map_err(|_| usage(format!("{option} {text:?} is not an address such as 127.0.0.1:8080 or [::1]:8080")))
}

/// `$XDG_CACHE_HOME/kandra`, or `~/.cache/kandra`.
pub fn cache() -> Result<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("XDG_CACHE_HOME").filter(|path| path.is_absolute()).or_else(|| set("HOME").map(|home| home.join(".cache")));
    Ok(base.context("neither XDG_CACHE_HOME nor HOME is set; set one, so that the warm build has a place")?.join("kandra"))
}

/// The provider: as asked for, else Anthropic when there is a key, else the recipes.
fn agent(kind: Option<AgentKind>, model: Option<String>, silence_secs: Option<u64>) -> AgentSettings {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let settings = |key: &str, base: &str| ModelSettings {
        api_key: set(key).unwrap_or_default(),
        base_url: set(base),
        model: model.clone(),
        silence_secs,
    };
    match kind {
        Some(AgentKind::Offline) => AgentSettings::Offline,
        Some(AgentKind::None) => AgentSettings::None,
        Some(AgentKind::Openai) => AgentSettings::OpenAi(settings("OPENAI_API_KEY", "OPENAI_BASE_URL")),
        Some(AgentKind::Anthropic) => AgentSettings::Anthropic(settings("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")),
        None if set("ANTHROPIC_API_KEY").is_some() => AgentSettings::Anthropic(settings("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL")),
        None => AgentSettings::Offline,
    }
}

/// `./generated`, when the current directory is a checkout of Kandra.
fn checkout_features() -> Option<PathBuf> {
    let is_checkout = Path::new("sdk/abi/Cargo.toml").is_file() && Path::new("generated").is_dir();
    is_checkout.then(|| std::path::absolute("generated").ok()).flatten()
}
