//! The one developer that the configuration chooses.

use crate::{DevelopError, Draft, Fit, Patience, Progress, Recipes, Secret, Task, anthropic::Anthropic};

/// The model that is asked when `KANDRA_MODEL` names none.
pub const DEFAULT_MODEL: &str = "claude-sonnet-4-5";

/// Which developer answers requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentKind {
    /// Recipes only: no key, no network.
    Offline,
    /// A model behind the Anthropic Messages API.
    Anthropic,
    /// Nobody: requests collect votes and wait.
    None,
}

impl AgentKind {
    /// The kind with this name on the command line.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "offline" => Some(Self::Offline),
            "anthropic" => Some(Self::Anthropic),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

/// What the agent needs to know.
#[derive(Clone, Debug, Default)]
pub struct AgentConfig {
    /// Which developer; `None` chooses the model when there is a key and recipes otherwise.
    pub kind: Option<AgentKind>,
    /// `ANTHROPIC_API_KEY`.
    pub api_key: Option<Secret>,
    /// `ANTHROPIC_BASE_URL`; the provider's own address when absent.
    pub base_url: Option<String>,
    /// `KANDRA_MODEL`; [`DEFAULT_MODEL`] when absent.
    pub model: Option<String>,
    /// How long to wait and how often to try again.
    pub patience: Patience,
}

/// Why an agent cannot be made from its configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The anthropic agent without a key.
    #[error("the anthropic agent needs a key: set ANTHROPIC_API_KEY, or choose --agent offline")]
    NoKey,
    /// Not an address of the form `https://host`.
    #[error("ANTHROPIC_BASE_URL is not usable: {0}; give an address such as https://api.anthropic.com")]
    BaseUrl(String),
    /// A model name that cannot be one.
    #[error("KANDRA_MODEL {0:?} is not a model id; give one such as {DEFAULT_MODEL}")]
    Model(String),
    /// The HTTP client cannot be built.
    #[error("the model client cannot be set up: {0}")]
    Client(String),
}

#[derive(Debug)]
enum Developer {
    Offline,
    Anthropic(Box<Anthropic>),
    Off,
}

/// Answers tasks. Cheap to share behind an `Arc`; how many tasks run at once is the caller's choice.
#[derive(Debug)]
pub struct Agent {
    developer: Developer,
}

impl Agent {
    /// Chooses and prepares the developer. Makes no call.
    pub fn from_config(config: AgentConfig) -> Result<Self, ConfigError> {
        let kind = config.kind.unwrap_or(if config.api_key.is_some() { AgentKind::Anthropic } else { AgentKind::Offline });
        let developer = match kind {
            AgentKind::Offline => Developer::Offline,
            AgentKind::None => Developer::Off,
            AgentKind::Anthropic => {
                let key = config.api_key.ok_or(ConfigError::NoKey)?;
                Developer::Anthropic(Box::new(Anthropic::new(key, config.base_url, config.model, config.patience)?))
            }
        };
        Ok(Self { developer })
    }

    /// Which developer it is.
    pub const fn kind(&self) -> AgentKind {
        match self.developer {
            Developer::Offline => AgentKind::Offline,
            Developer::Anthropic(_) => AgentKind::Anthropic,
            Developer::Off => AgentKind::None,
        }
    }

    /// The model's id, when a model answers.
    pub fn model(&self) -> Option<&str> {
        match &self.developer {
            Developer::Anthropic(anthropic) => Some(anthropic.model()),
            _ => None,
        }
    }

    /// The recipe that would answer these words; `None` when the offline developer would say no, or a model answers.
    pub fn fit(&self, title: &str, details: &str) -> Option<Fit> {
        matches!(self.developer, Developer::Offline).then(|| Recipes::fit(title, details)).flatten()
    }

    /// Whether this agent can try such a request at all; otherwise it waits as `needs_model`.
    pub fn can_try(&self, title: &str, details: &str) -> bool {
        match self.developer {
            Developer::Anthropic(_) => true,
            Developer::Offline => Recipes::fit(title, details).is_some(),
            Developer::Off => false,
        }
    }

    /// Writes one feature, or repairs it. Takes milliseconds offline and up to minutes with a model; dropping the future
    /// ends the call.
    pub async fn develop(&self, task: Task, progress: &mut dyn Progress) -> Result<Draft, DevelopError> {
        match &self.developer {
            Developer::Offline => Recipes::develop(&task, progress),
            Developer::Anthropic(anthropic) => anthropic.develop(&task, progress).await,
            Developer::Off => Err(DevelopError::Off),
        }
    }
}
